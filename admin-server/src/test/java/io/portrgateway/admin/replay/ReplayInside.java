package io.portrgateway.admin.replay;

import org.springframework.context.ApplicationContext;

/** What tests start that otherwise starts by itself. */
public final class ReplayInside {

    private ReplayInside() {}

    public static int removeOld(ApplicationContext context) {
        return context.getBean(ReplayRetention.class).removeOld();
    }
}
