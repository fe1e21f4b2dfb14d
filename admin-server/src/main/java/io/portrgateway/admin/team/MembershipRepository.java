package io.portrgateway.admin.team;

import java.util.List;
import java.util.Optional;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface MembershipRepository extends Repository<Membership, Long> {

    String MEMBER = """
            select new io.portrgateway.admin.team.Member(
                membership.id, user.id, user.email, user.superuser, team.id, team.name, team.slug, membership.role)
            from Membership membership join membership.team team join User user on user.id = membership.userId
            """;

    Optional<Membership> findById(long id);

    Optional<Membership> findFirstByOrderByIdDesc();

    @Query("select membership from Membership membership join fetch membership.team"
            + " where membership.secretKeyHash = :hash")
    Optional<Membership> findByKeyHash(byte[] hash);

    @Query(MEMBER + "where membership.id = :id")
    Optional<Member> member(long id);

    @Query(MEMBER + "where membership.userId = :userId order by membership.id")
    List<Member> membersOfUser(long userId);

    @Query(MEMBER + "where membership.userId = :userId and team.slug = :slug")
    Optional<Member> memberInTeam(long userId, String slug);
}
