package io.portrgateway.admin.team;

import java.util.Optional;
import org.springframework.data.repository.Repository;

interface TeamRepository extends Repository<Team, Long> {

    Team saveAndFlush(Team team);

    Optional<Team> findById(long id);

    Optional<Team> findBySlug(String slug);
}
