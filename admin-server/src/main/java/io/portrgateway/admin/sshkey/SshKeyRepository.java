package io.portrgateway.admin.sshkey;

import java.util.List;
import java.util.Optional;
import org.springframework.data.repository.Repository;

interface SshKeyRepository extends Repository<SshKey, Long> {

    List<SshKey> findByUserIdOrderByCreatedAt(long userId);

    Optional<SshKey> findByIdAndUserId(long id, long userId);

    long countByUserId(long userId);

    void delete(SshKey key);
}
