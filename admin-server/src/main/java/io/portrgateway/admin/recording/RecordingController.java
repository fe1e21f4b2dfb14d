package io.portrgateway.admin.recording;

import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import io.portrgateway.admin.web.RequiresTeamAdmin;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The page of recording: the team's rules, for its admins; those of the member's own names; what is stored. */
@Controller
final class RecordingController {

    private final Recordings recordings;
    private final ClientAddresses addresses;

    RecordingController(Recordings recordings, ClientAddresses addresses) {
        this.recordings = recordings;
        this.addresses = addresses;
    }

    /** {@code name} is one to set, whether it is in the list already or not. */
    @GetMapping("/{team}/recording")
    String show(Member member, @RequestParam(name = "name", defaultValue = "") String name, Model model) {
        return page(member, RecordingForm.of(recordings.ofTeam(member.teamId())), null, name, model);
    }

    @RequiresTeamAdmin
    @PostMapping("/{team}/recording")
    String saveTeam(
            Member member,
            @RequestParam(name = "mode", defaultValue = "") String mode,
            @RequestParam(name = "redact_headers", defaultValue = "") String headers,
            @RequestParam(name = "redact_parameters", defaultValue = "") String parameters,
            @RequestParam(name = "redact_json", defaultValue = "") String jsonPaths,
            @RequestParam(name = "encrypted", defaultValue = "") String encrypted,
            @RequestParam(name = "max_mib", defaultValue = "") String maxMib,
            @RequestParam(name = "audit_bodies", defaultValue = "") String auditBodies,
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes flash,
            Model model) {
        RecordingForm form = new RecordingForm(
                mode, headers, parameters, jsonPaths, encrypted.equals("true"), maxMib, auditBodies.equals("true"));
        Outcome<TeamRecording> outcome = switch (form.checked()) {
            case Outcome.Refused<TeamRecording> refused -> refused;
            case Outcome.Done<TeamRecording>(TeamRecording rules) ->
                recordings.save(member, rules, addresses.of(request));
        };
        return switch (outcome) {
            case Outcome.Done<TeamRecording> _ -> {
                flash.addFlashAttribute("notice", "Saved. It counts from the next request on.");
                yield back(member);
            }
            case Outcome.Refused<TeamRecording>(Refusal refusal) -> {
                response.setStatus(refusal.status().value());
                yield page(member, form, refusal, "", model);
            }
        };
    }

    @PostMapping("/{team}/recording/tunnels")
    String saveTunnel(
            Member member,
            @RequestParam(name = "subdomain", defaultValue = "") String subdomain,
            @RequestParam(name = "mode", defaultValue = "") String mode,
            @RequestParam(name = "private", defaultValue = "") String privately,
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes flash,
            Model model) {
        Optional<RecordingMode> chosen = RecordingMode.parse(mode);
        Outcome<TunnelRecording> outcome = chosen.isEmpty() && !mode.isEmpty()
                ? Outcome.refused(Refusal.invalid("mode", "Choose one of the kinds of recording."))
                : recordings.save(
                        member, subdomain, chosen.orElse(null), privately.equals("true"), addresses.of(request));
        return switch (outcome) {
            case Outcome.Done<TunnelRecording>(TunnelRecording saved) -> {
                flash.addFlashAttribute(
                        "notice", "Saved for " + saved.subdomain() + ". It counts from the next request on.");
                yield back(member);
            }
            case Outcome.Refused<TunnelRecording>(Refusal refusal) -> {
                response.setStatus(refusal.status().value());
                model.addAttribute("nameProblem", refusal.message());
                model.addAttribute("typedName", subdomain.length() > 63 ? subdomain.substring(0, 63) : subdomain);
                yield page(member, RecordingForm.of(recordings.ofTeam(member.teamId())), null, "", model);
            }
        };
    }

    /** Where a reload without the form ends, and the form of the theme. */
    @GetMapping("/{team}/recording/tunnels")
    String again(Member member) {
        return back(member);
    }

    private static String back(Member member) {
        return "redirect:/" + member.teamSlug() + "/recording";
    }

    private String page(Member member, RecordingForm form, @Nullable Refusal refusal, String name, Model model) {
        TeamRecording saved = recordings.ofTeam(member.teamId());
        RecordingUse use = recordings.use(member.teamId());
        model.addAttribute("form", form);
        model.addAttribute("saved", saved);
        model.addAttribute("problemField", refusal == null ? "" : refusal.field());
        model.addAttribute("problem", refusal == null ? "" : refusal.message());
        model.addAttribute("mayEdit", member.mayAdministerTeam());
        model.addAttribute("slug", member.teamSlug());
        model.addAttribute("names", names(member, name));
        model.addAttribute("others", member.mayAdministerTeam() ? recordings.others(member) : List.of());
        model.addAttribute("use", use);
        model.addAttribute("percent", percent(use.bytes(), saved.maxBytes()));
        model.addAttribute("chosen", name);
        return "recording/recording";
    }

    /** The member's own names, and the one they came for. */
    private List<TunnelRecording> names(Member member, String name) {
        List<TunnelRecording> names = new ArrayList<>(recordings.own(member));
        if (!name.isEmpty()) {
            recordings
                    .one(member, name)
                    .filter(one ->
                            names.stream().noneMatch(known -> known.subdomain().equals(one.subdomain())))
                    .ifPresent(names::add);
        }
        names.sort(Comparator.comparing(TunnelRecording::subdomain));
        return names;
    }

    private static @Nullable Long percent(long bytes, @Nullable Long max) {
        return max == null ? null : Math.min(100, bytes * 100 / max);
    }
}
