package io.portrgateway.admin.clientconfig;

/**
 * Something about a template that its author should know. Immutable.
 *
 * @param line from 1; 0 when it is about the whole text
 */
record TemplateProblem(int line, String reason) {

    @Override
    public String toString() {
        return line == 0 ? reason : "line " + line + ": " + reason;
    }
}
