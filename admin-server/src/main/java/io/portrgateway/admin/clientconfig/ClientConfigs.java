package io.portrgateway.admin.clientconfig;

import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.PublicAddresses;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.Teams;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.YAMLException;

/** The configuration a client downloads, and the commands a member pastes. Thread-safe. */
@Service
public final class ClientConfigs {

    private static final Logger log = LoggerFactory.getLogger(ClientConfigs.class);
    private static final List<String> TEMPLATE_KEYS = List.of("tunnels", "groups");

    private final AdminSettings settings;
    private final Teams teams;

    ClientConfigs(AdminSettings settings, Teams teams) {
        this.settings = settings;
        this.teams = teams;
    }

    /** Text for {@code config.yaml}, and whether the team's template is part of it. */
    record Download(String yaml, boolean hasTemplate) {}

    /** Commands for a terminal, ready to paste once the secret key is in the place of {@code key}. */
    public record Commands(String authSet, String http, String ssh) {}

    /** The commands for this member. */
    public Commands commands(Member member, String key) {
        PublicAddresses addresses = settings.publicAddresses();
        return new Commands(
                "portr auth set --token " + key + " --remote " + addresses.server(),
                "portr http 3000",
                "ssh -p " + addresses.sshPort() + " -R myapp:80:localhost:3000 " + member.teamSlug() + "@"
                        + addresses.sshHost());
    }

    /** The keys in the order of the original server, then what a local client needs, then the tunnels. */
    Download download(Member member, String key) {
        PublicAddresses addresses = settings.publicAddresses();
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("server_url", addresses.serverHost());
        config.put("ssh_url", addresses.ssh());
        config.put("secret_key", key);
        if (settings.hostKeyConfigured()) {
            config.put("insecure_skip_host_key_verification", false);
        }
        if (addresses.localhost() || addresses.tunnelHostConfigured()) {
            config.put("tunnel_url", addresses.tunnelHost());
        }
        if (addresses.localhost()) {
            config.put("use_localhost", true);
        }
        Map<String, Object> template = template(member);
        config.putAll(template.isEmpty() ? sample() : template);
        return new Download(yaml().dump(config), !template.isEmpty());
    }

    /** Why a template that was made elsewhere cannot be served, or nothing. Never quotes it: there may be a credential in it. */
    public static Optional<String> whyUnservable(String template) {
        if (template.length() > TemplateText.MAX_CHARS) {
            return Optional.of("it is longer than " + TemplateText.MAX_CHARS + " characters");
        }
        try {
            if (!(TemplateText.parse(template).value() instanceof Map<?, ?> parsed)) {
                return Optional.of("it is not a YAML mapping");
            }
            return TEMPLATE_KEYS.containsAll(parsed.keySet())
                    ? Optional.empty()
                    : Optional.of("it has keys besides tunnels and groups");
        } catch (TemplateText.Unreadable unreadable) {
            int line = unreadable.problem().line();
            return Optional.of("it is not valid YAML" + (line == 0 ? "" : ", line " + line));
        }
    }

    private Map<String, Object> template(Member member) {
        String text = teams.clientTemplate(member.teamId());
        Map<String, Object> template = new LinkedHashMap<>();
        if (text.isBlank()) {
            return template;
        }
        try {
            if (TemplateText.yaml().load(text) instanceof Map<?, ?> parsed) {
                for (String key : TEMPLATE_KEYS) {
                    Object value = parsed.get(key);
                    if (value != null) {
                        template.put(key, value);
                    }
                }
            }
        } catch (YAMLException broken) {
            // templates are checked when they are saved, so this one came from elsewhere
            log.warn("client_template_unreadable team={}", member.teamSlug());
        }
        return template;
    }

    private static Map<String, Object> sample() {
        Map<String, Object> tunnel = new LinkedHashMap<>();
        tunnel.put("name", "portr");
        tunnel.put("subdomain", "portr");
        tunnel.put("port", 4321);
        return Map.of("tunnels", List.of(tunnel));
    }

    private static Yaml yaml() {
        DumperOptions style = new DumperOptions();
        style.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        return new Yaml(style);
    }
}
