package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.Exchanges;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.Teams;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may see which exchange, and its parts as they were recorded. */
class ExchangesIT {

    private static Gateway gateway;
    private static Exchanges exchanges;
    private static Recorded recorded;
    private static Member ann;
    private static Member bob;
    private static Member eve;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
        exchanges = gateway.bean(Exchanges.class);
        recorded = new Recorded(gateway);
        gateway.sql()
                .sql("insert into team (name, slug) values ('Other', 'other')")
                .update();
        ann = member("ann@example.com", "default-team");
        bob = member("bob@example.com", "default-team");
        eve = member("eve@example.com", "other");
    }

    private static Member member(String email, String team) {
        Members members = new Members(gateway);
        members.add(email, team, "member");
        long user = gateway.sql()
                .sql("select id from app_user where email = ?")
                .param(email)
                .query(Long.class)
                .single();
        return gateway.bean(Teams.class).member(user, team).orElseThrow();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void readsEveryPart() {
        String id = recorded.of(ann.membershipId(), "shop", "POST", "/hook?a=1", 201)
                .requestHeaders("Content-Type", "text/plain", "X-Twice", "1", "x-twice", "é")
                .responseHeaders("Server", "demo")
                .request("abc")
                .body(Direction.TO_VISITOR, new byte[] {0, 1, 2}, 10)
                .frame(Direction.TO_VISITOR, "event", "hello")
                .add();

        Exchange exchange = exchanges.find(bob, id).orElseThrow();

        assertThat(exchange.url()).isEqualTo("https://shop.tunnels.example/hook?a=1");
        assertThat(exchange.status()).isEqualTo(201);
        assertThat(exchange.subdomain()).isEqualTo("shop");
        assertThat(exchange.requestHeaders())
                .extracting("name", "value")
                .containsExactly(
                        tuple("Content-Type", "text/plain"), tuple("X-Twice", "1"), tuple("x-twice", "\u00c3\u00a9"));
        assertThat(exchange.header(Direction.TO_VISITOR, "server")).contains("demo");
        assertThat(exchanges.body(exchange, Direction.TO_UPSTREAM).orElseThrow().content())
                .asString()
                .isEqualTo("abc");
        assertThat(exchanges.body(exchange, Direction.TO_VISITOR)).hasValueSatisfying(body -> {
            assertThat(body.content()).containsExactly(0, 1, 2);
            assertThat(body.totalBytes()).isEqualTo(10);
            assertThat(body.truncated()).isTrue();
        });
        assertThat(exchanges.frames(exchange, 0, 10))
                .singleElement()
                .satisfies(frame -> assertThat(frame.content()).asString().isEqualTo("hello"));
        assertThat(exchanges.frames(exchange, 1, 10)).isEmpty();
    }

    @Test
    void hidesOtherTeamsAndPrivateTunnels() {
        String id = recorded.of(ann.membershipId(), "quiet", "GET", "/", 200).add();
        assertThat(exchanges.find(bob, id)).isPresent();
        assertThat(exchanges.find(eve, id)).isEmpty();

        gateway.sql()
                .sql("insert into tunnel_capture (membership_id, subdomain, private) values (?, 'quiet', true)")
                .param(ann.membershipId())
                .update();

        assertThat(exchanges.find(bob, id)).isEmpty();
        assertThat(exchanges.find(ann, id)).isPresent();
        assertThat(exchanges.find(ann, "no id")).isEmpty();
    }
}
