package io.portrgateway.admin.web;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * An API route that needs neither a session nor an API token: it is public, or it checks a key in the request by itself.
 * Every API route without this answers 401 to strangers.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface WithoutSession {}
