package io.portrgateway.admin.account;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where to go after signing in, as a parameter that anybody may have written (threats W4). Taken only when it is a plain path of
 * ours; every character is from a list, so there is no second reading of it: no host, no backslash, no control character.
 */
public final class NextPath {

    private static final Pattern PATH =
            Pattern.compile("/([A-Za-z0-9_.~-][A-Za-z0-9_.~/-]*)?(\\?[A-Za-z0-9_.~/?&=%+:@,-]*)?");
    private static final Pattern NOT_A_PAGE =
            Pattern.compile("/(api|assets|sign-in|sign-out|error|login|logout|oauth2)([/?].*)?");
    private static final int MAX_CHARS = 1000;

    private NextPath() {}

    /** The path, when it is safe to go there and worth it. */
    public static Optional<String> of(@Nullable String text) {
        return Optional.ofNullable(text)
                .filter(path -> path.length() <= MAX_CHARS)
                .filter(path ->
                        path.length() > 1 && !path.startsWith("/?") && !path.contains("//") && !path.contains(".."))
                .filter(path -> PATH.matcher(path).matches())
                .filter(path -> !NOT_A_PAGE.matcher(path).matches());
    }
}
