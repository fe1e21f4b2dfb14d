package io.portrgateway.admin.web;

import org.springframework.http.HttpStatus;

/**
 * Why something asked for was not done: an expected answer, not a bug. Immutable.
 *
 * @param status what the API answers with it
 * @param field the form field that it is about, or the empty text
 * @param message what is wrong and what to do, for the person who asked
 */
public record Refusal(HttpStatus status, String field, String message) {

    /** What was typed into this field cannot be. */
    public static Refusal invalid(String field, String message) {
        return new Refusal(HttpStatus.BAD_REQUEST, field, message);
    }

    /** The asking person may not do this. */
    public static Refusal forbidden(String message) {
        return new Refusal(HttpStatus.FORBIDDEN, "", message);
    }

    /** What it is about is not there, or not for the asking person. */
    public static Refusal notFound(String message) {
        return new Refusal(HttpStatus.NOT_FOUND, "", message);
    }

    /** It cannot be as things stand. */
    public static Refusal conflict(String field, String message) {
        return new Refusal(HttpStatus.CONFLICT, field, message);
    }

    /** The same as an answer of the API. */
    public ApiFailure failure() {
        return new ApiFailure(status, message);
    }
}
