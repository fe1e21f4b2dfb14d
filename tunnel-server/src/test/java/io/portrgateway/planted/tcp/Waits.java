package io.portrgateway.planted.tcp;

import io.netty.channel.Channel;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;

/** Blocks in every way that an event loop must not. */
public final class Waits {

    public String future(CompletableFuture<String> answer) {
        return answer.join();
    }

    public void thread() throws InterruptedException {
        Thread.sleep(1);
    }

    public void netty(Channel channel) {
        channel.close().syncUninterruptibly();
    }

    public String queue(BlockingQueue<String> queue) throws InterruptedException {
        return queue.take();
    }
}
