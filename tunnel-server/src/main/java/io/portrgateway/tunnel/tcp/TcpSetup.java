package io.portrgateway.tunnel.tcp;

import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.portrgateway.tunnel.config.TcpConfig;
import io.portrgateway.tunnel.metrics.TcpMetrics;

/** What every listener and every visitor of the TCP edge share. Thread-safe. */
record TcpSetup(
        TcpConfig config,
        TcpMetrics metrics,
        EventLoopGroup loops,
        ChannelFactory<? extends ServerChannel> channels,
        VisitorCaps caps) {}
