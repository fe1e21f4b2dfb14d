package io.portrgateway.tunnel.kubernetes;

import io.portrgateway.tunnel.metrics.KubernetesMetrics.Result;
import java.io.IOException;
import java.io.Serial;

/** The API answered, but not what was asked for. */
final class ApiException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final Result result;

    ApiException(Result result, String message) {
        super(message);
        this.result = result;
    }

    Result result() {
        return result;
    }

    static ApiException of(int status, String reason) {
        Result result = switch (status) {
            case 401, 403 -> Result.FORBIDDEN;
            case 409 -> Result.CONFLICT;
            case 422 -> Result.INVALID;
            case 429 -> Result.UNAVAILABLE;
            default -> status >= 400 && status < 500 ? Result.REFUSED : Result.UNAVAILABLE;
        };
        return new ApiException(result, status + " " + reason);
    }
}
