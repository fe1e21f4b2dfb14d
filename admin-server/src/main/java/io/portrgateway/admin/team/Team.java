package io.portrgateway.admin.team;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "team")
class Team {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private @Nullable Long id;

    private String name;

    private String slug;

    @Column(name = "client_template")
    private String clientTemplate = "";

    protected Team() {}

    Team(String name, String slug) {
        this.name = name;
        this.slug = slug;
    }

    TeamName teamName() {
        if (id == null) {
            throw new IllegalStateException("team is not stored yet");
        }
        return new TeamName(id, name, slug);
    }

    String clientTemplate() {
        return clientTemplate;
    }
}
