package io.portrgateway.admin.web;

import io.portrgateway.admin.settings.AddressRange;
import io.portrgateway.admin.settings.AdminSettings;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * Says from which address a request really comes: the peer's, unless the peer is a trusted proxy, in which case
 * {@code X-Forwarded-For} is read from its end until an address that is not a trusted proxy. Thread-safe.
 */
@Component
public final class ClientAddresses {

    private final List<AddressRange> trustedProxies;

    ClientAddresses(AdminSettings settings) {
        this.trustedProxies = settings.trustedProxies();
    }

    /** The client's address as text. */
    public String of(HttpServletRequest request) {
        return of(request.getRemoteAddr(), Collections.list(request.getHeaders("X-Forwarded-For")));
    }

    String of(String peer, List<String> forwardedFor) {
        String client = peer;
        List<String> hops = new ArrayList<>();
        forwardedFor.forEach(line -> hops.addAll(Arrays.asList(line.split(","))));
        for (String hop : hops.reversed()) {
            if (!isTrusted(client)) {
                return client;
            }
            String text = hop.strip();
            if (!isLiteral(text)) {
                return client;
            }
            client = text;
        }
        return client;
    }

    private boolean isTrusted(String address) {
        if (trustedProxies.isEmpty() || !isLiteral(address)) {
            return false;
        }
        InetAddress parsed = AddressRange.literal(address);
        return trustedProxies.stream().anyMatch(range -> range.contains(parsed));
    }

    private static boolean isLiteral(String text) {
        try {
            return !AddressRange.literal(text).isMulticastAddress();
        } catch (IllegalArgumentException notAnAddress) {
            return false;
        }
    }
}
