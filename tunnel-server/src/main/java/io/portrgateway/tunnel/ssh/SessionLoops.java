package io.portrgateway.tunnel.ssh;

import io.netty.channel.EventLoop;
import org.apache.sshd.common.io.IoSession;

/** Answers the event loop that a transport session runs on. */
@FunctionalInterface
interface SessionLoops {

    EventLoop of(IoSession session);
}
