package io.portrgateway.tunnel.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.tunnel.registry.Binding;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.Hostname;
import io.portrgateway.tunnel.registry.HttpBinding;
import io.portrgateway.tunnel.registry.Owner;
import io.portrgateway.tunnel.registry.TunnelId;
import io.portrgateway.tunnel.store.LeaseRules.Claim;
import io.portrgateway.tunnel.store.LeaseRules.ConnectionRow;
import io.portrgateway.tunnel.store.LeaseRules.Decision;
import io.portrgateway.tunnel.store.LeaseRules.LeaseRow;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LeaseRulesTest {

    private static final String MINE = "01ARZ3NDEKTSV4RRFFQ69G5FA1";
    private static final String OTHER = "01ARZ3NDEKTSV4RRFFQ69G5FA2";
    private static final Binding APP = new HttpBinding(new Hostname("app"));
    private static final Claim CLAIM = new Claim(new TunnelId(MINE), new Owner(1, 1, 1), APP, StoreKit.CLIENT);
    private static final ConnectionRow FINE =
            new ConnectionRow("http", "app", 1, 1, false, false, false, false, false, 0);
    private static final ConnectionRow TAKEN_OVER =
            new ConnectionRow("http", "app", 1, 1, true, false, false, false, false, 0);
    private static final ConnectionRow PROMISED =
            new ConnectionRow("http", "app", 1, 1, false, false, false, false, true, 0);

    @Test
    void takesANameThatNobodyHas() {
        assertThat(decide(new LeaseRow(OTHER, 2, null, 5, false, 0, false), FINE))
                .isEqualTo(new Decision.Take(CloseReason.LOST));
    }

    @Test
    void joinsWhatThisNodeServesEvenWhenItsTimeRanOut() {
        assertThat(decide(new LeaseRow(MINE, 1, "here", 5, false, -3, true), FINE))
                .isEqualTo(new Decision.Join(5));
    }

    @Test
    void startsAnewWhenTheLeaseIsItsOwnButNothingServesIt() {
        assertThat(decide(new LeaseRow(MINE, 1, "here", 5, true, 20, false), FINE))
                .isInstanceOf(Decision.Take.class);
    }

    @Test
    void takesOverFromTheSameMembership() {
        assertThat(decide(new LeaseRow(OTHER, 1, "there", 5, true, 20, false), FINE))
                .isEqualTo(new Decision.Take(CloseReason.TAKEN_OVER));
    }

    @Test
    void refusesAnotherMembershipWhileTheTunnelLivesThoughItsTimeRanOut() {
        assertThat(decide(new LeaseRow(OTHER, 2, "here", 5, false, -3, true), FINE))
                .isEqualTo(new Decision.Refuse("app is in use by another member"));
    }

    @Test
    void tellsHowLongANameIsHeldForAnother() {
        assertThat(decide(new LeaseRow(OTHER, 2, null, 5, true, 17, false), FINE))
                .isEqualTo(new Decision.Refuse("app is held for the member who used it last, for another 17 s"));
    }

    @Test
    void letsTheOwnerBackInBeforeAReservationMadeMeanwhile() {
        assertThat(decide(new LeaseRow(MINE, 1, null, 5, true, 17, false), PROMISED))
                .isInstanceOf(Decision.Take.class);
        assertThat(decide(new LeaseRow(MINE, 1, null, 5, false, -1, false), PROMISED))
                .isInstanceOf(Decision.Refuse.class);
    }

    @Test
    void letsAConnectionBackInOnceItsSuccessorIsGone() {
        assertThat(decide(new LeaseRow(OTHER, 1, "there", 5, true, 20, false), TAKEN_OVER))
                .isInstanceOf(Decision.Refuse.class);
        assertThat(decide(new LeaseRow(OTHER, 1, null, 5, true, 20, false), TAKEN_OVER))
                .isInstanceOf(Decision.Take.class);
    }

    @Test
    void tellsHowLongADisconnectedNameIsKeptFromComingBack() {
        ConnectionRow held = new ConnectionRow("http", "app", 1, 1, false, false, false, false, false, 87);

        assertThat(decide(new LeaseRow(OTHER, 1, null, 5, false, -1, false), held))
                .isEqualTo(new Decision.Refuse("app was disconnected from the dashboard; try again in 87 s"));
    }

    private static Decision decide(LeaseRow lease, ConnectionRow connection) {
        return LeaseRules.decide(CLAIM, lease, Optional.of(connection));
    }
}
