package io.portrgateway.admin.instance;

import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.Settings;
import io.portrgateway.admin.web.RequiresSuperuser;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** Shows what this gateway was started with, so that nobody needs a shell on the server to know. Read-only. */
@Controller
@RequiresSuperuser
final class InstanceSettingsController {

    private final List<Settings.Shown> settings;

    InstanceSettingsController(AdminSettings settings) {
        this.settings = List.copyOf(settings.shown());
    }

    @GetMapping("/instance/settings")
    String show(Model model) {
        Map<Boolean, List<Settings.Shown>> parts =
                settings.stream().collect(Collectors.partitioningBy(Settings.Shown::configured));
        model.addAttribute("configured", parts.get(true));
        model.addAttribute("defaults", parts.get(false));
        return "instance/settings";
    }
}
