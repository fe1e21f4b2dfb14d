package io.portrgateway.tunnel.http;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The addresses whose word about a visitor's address is believed. Immutable. */
final class TrustedProxies {

    private final List<IpSubnetFilterRule> rules;

    /**
     * @param networks addresses or networks in CIDR form
     * @throws IllegalArgumentException when one of them is neither
     */
    TrustedProxies(List<String> networks) {
        this.rules = networks.stream().map(TrustedProxies::rule).toList();
    }

    boolean contains(InetSocketAddress address) {
        if (rules.isEmpty() || address.isUnresolved()) {
            return false;
        }
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).matches(address)) {
                return true;
            }
        }
        return false;
    }

    private static IpSubnetFilterRule rule(String network) {
        int slash = network.indexOf('/');
        String address = slash < 0 ? network : network.substring(0, slash);
        @Nullable InetAddress parsed = NetUtil.createInetAddressFromIpAddressString(address);
        if (parsed == null) {
            throw new IllegalArgumentException(network);
        }
        int bits = parsed.getAddress().length * 8;
        int prefix = slash < 0 ? bits : Integer.parseInt(network.substring(slash + 1));
        if (prefix < 0 || prefix > bits) {
            throw new IllegalArgumentException(network);
        }
        return new IpSubnetFilterRule(parsed, prefix, IpFilterRuleType.ACCEPT);
    }
}
