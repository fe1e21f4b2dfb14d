package io.portrgateway.tunnel.testclient;

import java.util.EnumMap;
import java.util.Map;
import org.apache.sshd.client.ClientFactoryManager;
import org.apache.sshd.client.session.ClientSessionImpl;
import org.apache.sshd.client.session.SessionFactory;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.kex.KexProposalOption;
import org.jspecify.annotations.Nullable;

/** A session whose ciphers can be changed for the next key exchange; MINA keeps the first proposal otherwise. Thread-safe. */
final class RekeyingSession extends ClientSessionImpl {

    private volatile @Nullable String ciphers;

    private RekeyingSession(ClientFactoryManager client, IoSession ioSession) throws Exception {
        super(client, ioSession);
    }

    static SessionFactory factory(ClientFactoryManager client) {
        return new SessionFactory(client) {
            @Override
            protected ClientSessionImpl doCreateSession(IoSession ioSession) throws Exception {
                return new RekeyingSession(getClient(), ioSession);
            }
        };
    }

    void offerCiphers(String names) {
        ciphers = names;
    }

    @Override
    protected Map<KexProposalOption, String> getKexProposal() throws Exception {
        Map<KexProposalOption, String> proposal = super.getKexProposal();
        String names = ciphers;
        if (names == null) {
            return proposal;
        }
        Map<KexProposalOption, String> changed = new EnumMap<>(proposal);
        changed.put(KexProposalOption.C2SENC, names);
        changed.put(KexProposalOption.S2CENC, names);
        return changed;
    }
}
