package io.portrgateway.admin.account;

import java.util.Optional;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface UserRepository extends Repository<User, Long> {

    User saveAndFlush(User user);

    Optional<User> findById(long id);

    Optional<User> findByEmail(String email);

    @Query("select count(user) > 0 from User user")
    boolean existsAny();

    Optional<User> findFirstBySuperuserTrueOrderById();
}
