package io.portrgateway.planted.http;

import org.apache.sshd.common.session.Session;

/** MINA outside of the SSH side. */
public record UsesMina(Session session) {}
