package io.portrgateway.admin.replay;

import io.portrgateway.admin.audit.BodyReads;
import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.PublicAddresses;
import io.portrgateway.admin.settings.ReplaySettings;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.Format;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import io.portrgateway.admin.webhook.Provider;
import io.portrgateway.admin.webhook.Webhooks;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** One recorded request sent again: as it was, by one button, or edited in a form. */
@Controller
final class RequestReplayController {

    private final Replays replays;
    private final Targets targets;
    private final Webhooks webhooks;
    private final InstantSource clock;
    private final BodyReads reads;
    private final ClientAddresses addresses;
    private final Format format;
    private final ReplaySettings settings;
    private final PublicAddresses publicAddresses;

    RequestReplayController(
            Replays replays,
            Targets targets,
            Webhooks webhooks,
            InstantSource clock,
            BodyReads reads,
            ClientAddresses addresses,
            Format format,
            AdminSettings settings) {
        this.replays = replays;
        this.targets = targets;
        this.webhooks = webhooks;
        this.clock = clock;
        this.reads = reads;
        this.addresses = addresses;
        this.format = format;
        this.settings = settings.replays();
        this.publicAddresses = settings.publicAddresses();
    }

    @GetMapping("/{team}/requests/{id}/replay")
    String form(Member member, @PathVariable("id") String id, HttpServletRequest request, Model model) {
        Original original = original(member, id);
        reads.shown(
                member.teamId(),
                member.userId(),
                member.email(),
                original.exchange().id(),
                "replay",
                addresses.of(request));
        return page(member, original, ReplayForm.of(original), null, model);
    }

    /** With the parameter {@code exact} as it was recorded, whatever else the form says. */
    @PostMapping("/{team}/requests/{id}/replay")
    String send(
            Member member,
            @PathVariable("id") String id,
            @RequestParam Map<String, String> parameters,
            @RequestParam(name = "file", required = false) @Nullable MultipartFile file,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model,
            RedirectAttributes flash) {
        Original original = original(member, id);
        boolean exact = parameters.containsKey("exact");
        ReplayForm form = exact ? ReplayForm.of(original) : ReplayForm.of(parameters);
        String address = addresses.of(request);
        Outcome<Replays.Started> started = exact
                ? replays.exactly(member, List.of(id), ReplayWish.once(), address)
                : edited(member, original, form, parameters.containsKey("sign"), file, address);
        return switch (started) {
            case Outcome.Done<Replays.Started>(Replays.Started batch) -> {
                if (!batch.leftOut().isEmpty()) {
                    flash.addFlashAttribute("leftOut", String.join(", ", batch.leftOut()));
                }
                yield "redirect:/" + member.teamSlug() + "/replays/" + batch.id();
            }
            case Outcome.Refused<Replays.Started>(Refusal refusal) -> {
                response.setStatus(refusal.status().value());
                yield page(member, original, form, refusal, model);
            }
        };
    }

    private Outcome<Replays.Started> edited(
            Member member,
            Original original,
            ReplayForm form,
            boolean sign,
            @Nullable MultipartFile file,
            String address) {
        Outcome<ReplayRequest> read = form.request(original, file, format);
        if (read instanceof Outcome.Refused<ReplayRequest>(Refusal refusal)) {
            return Outcome.refused(refusal);
        }
        ReplayRequest request = sign ? signed(member, original, read.orFail()) : read.orFail();
        Outcome<ReplayWish> wish = form.wish(ReplayForm.differs(request, original));
        return wish instanceof Outcome.Refused<ReplayWish>(Refusal refusal)
                ? Outcome.refused(refusal)
                : replays.start(member, List.of(request), wish.orFail(), address);
    }

    /** With a signature of now, where the member has the secret for it; as it is where they no longer have it. */
    private ReplayRequest signed(Member member, Original original, ReplayRequest request) {
        String url = original.exchange().scheme() + "://" + original.exchange().authority() + request.target();
        return webhooks.resign(
                        member,
                        original.exchange().subdomain(),
                        url,
                        request.headers(),
                        request.body(),
                        clock.instant())
                .map(headers -> new ReplayRequest(
                        request.origin(),
                        request.method(),
                        request.target(),
                        headers,
                        request.trailers(),
                        request.body()))
                .orElse(request);
    }

    private Original original(Member member, String id) {
        return replays.original(member, id).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    private String page(Member member, Original original, ReplayForm form, @Nullable Refusal refusal, Model model) {
        List<Targets.Target> live = targets.of(member);
        Optional<Targets.Target> usual = Targets.original(live, ReplayRequest.Origin.of(original.exchange()));
        String name = original.exchange().subdomain();
        model.addAttribute("original", original.exchange());
        model.addAttribute("form", form);
        model.addAttribute("problemField", refusal == null ? "" : refusal.field());
        model.addAttribute("problem", refusal == null ? "" : refusal.message());
        model.addAttribute(
                "impossible", original.obstacle().map(Refusal::message).orElse(null));
        model.addAttribute(
                "bodyMissing",
                original.bodyObstacle(format).map(Refusal::message).orElse(null));
        model.addAttribute("exactPossible", original.exactObstacle(format).isEmpty());
        model.addAttribute("redacted", String.join(", ", original.redacted()));
        model.addAttribute("redactedTarget", original.hasRedactedTarget());
        model.addAttribute("redactedBody", original.hasRedactedBody());
        model.addAttribute("recordedBytes", original.body().content().length);
        model.addAttribute(
                "trailers", original.trailers().stream().map(HeaderField::name).toList());
        model.addAttribute(
                "signer",
                webhooks.signer(member, name, original.headers())
                        .map(Provider::title)
                        .orElse(null));
        model.addAttribute("charsets", BodyText.CHARSETS);
        model.addAttribute("targets", live);
        model.addAttribute("usual", usual.orElse(null));
        model.addAttribute("openCommand", "portr http 3000 --subdomain " + name);
        model.addAttribute(
                "sshCommand",
                "ssh -p " + publicAddresses.sshPort() + " -R " + name + ":80:localhost:3000 " + member.teamSlug() + "@"
                        + publicAddresses.sshHost());
        model.addAttribute("maxTimes", settings.perBatch());
        model.addAttribute("maxBody", format.bytes(settings.bodyBytes()));
        return "replay/edit";
    }
}
