package io.portrgateway.admin.team;

import java.util.List;
import java.util.Optional;
import org.springframework.data.repository.Repository;

interface SshKeyRepository extends Repository<SshKey, Long> {

    SshKey saveAndFlush(SshKey key);

    List<SshKey> findByUserIdOrderByCreatedAt(long userId);

    Optional<SshKey> findByFingerprint(String fingerprint);

    Optional<SshKey> findByIdAndUserId(long id, long userId);

    long countByUserId(long userId);

    void delete(SshKey key);
}
