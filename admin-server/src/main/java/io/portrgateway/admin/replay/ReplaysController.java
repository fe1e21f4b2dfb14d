package io.portrgateway.admin.replay;

import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.Format;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Paging;
import io.portrgateway.admin.web.Refusal;
import io.portrgateway.admin.web.Ulid;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** What was sent again: the list, the progress of one batch, a selection sent at once, and taking back the rest. */
@Controller
final class ReplaysController {

    private static final int PAGE_SIZE = 30;

    private final Replays replays;
    private final Batches batches;
    private final ClientAddresses addresses;
    private final Format format;
    private final InstantSource clock;

    ReplaysController(Replays replays, Batches batches, ClientAddresses addresses, Format format, InstantSource clock) {
        this.replays = replays;
        this.batches = batches;
        this.addresses = addresses;
        this.format = format;
        this.clock = clock;
    }

    @GetMapping("/{team}/replays")
    String list(Member member, HttpServletRequest request, Model model) {
        return listPage(member, request, model);
    }

    /** A selection, in the order of its {@code id} parameters. */
    @PostMapping("/{team}/replays")
    String send(
            Member member,
            @RequestParam(name = "id", defaultValue = "") List<String> ids,
            @RequestParam Map<String, String> parameters,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model,
            RedirectAttributes flash) {
        Outcome<ReplayWish> wish = ReplayForm.of(parameters).wish(false);
        Outcome<Replays.Started> started = wish instanceof Outcome.Refused<ReplayWish>(Refusal refusal)
                ? Outcome.refused(refusal)
                : replays.exactly(member, ids, wish.orFail(), addresses.of(request));
        return switch (started) {
            case Outcome.Done<Replays.Started>(Replays.Started batch) -> {
                if (!batch.leftOut().isEmpty()) {
                    flash.addFlashAttribute("leftOut", String.join(", ", batch.leftOut()));
                }
                yield "redirect:/" + member.teamSlug() + "/replays/" + batch.id();
            }
            case Outcome.Refused<Replays.Started>(Refusal refusal) -> {
                response.setStatus(refusal.status().value());
                model.addAttribute("noticeBad", "Nothing was sent. " + refusal.message());
                yield listPage(member, request, model);
            }
        };
    }

    @GetMapping("/{team}/replays/{batch:" + Ulid.PATTERN + "}")
    String one(Member member, @PathVariable("batch") String id, Model model) {
        Batches.Batch batch =
                batches.find(member, id).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
        List<BatchView.Row> rows = batches.rows(member, batch).stream()
                .map(row -> BatchView.Row.of(row, format, clock.instant()))
                .toList();
        model.addAttribute("batch", BatchView.of(batch));
        model.addAttribute("rows", rows);
        model.addAttribute("changing", !batch.isFinished() || rows.stream().anyMatch(BatchView.Row::recording));
        model.addAttribute(
                "mixed",
                rows.stream().map(row -> row.method() + row.target()).distinct().count() > 1);
        return "replay/batch";
    }

    @PostMapping("/{team}/replays/{batch:" + Ulid.PATTERN + "}/cancel")
    String cancel(
            Member member, @PathVariable("batch") String id, HttpServletRequest request, RedirectAttributes flash) {
        int cancelled = replays.cancel(member, id, addresses.of(request))
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
        flash.addFlashAttribute(
                "notice",
                cancelled == 0
                        ? "There was nothing left to cancel: all of it had been sent."
                        : cancelled == 1 ? "One request will not be sent." : cancelled + " requests will not be sent.");
        return "redirect:/" + member.teamSlug() + "/replays/" + id;
    }

    private String listPage(Member member, HttpServletRequest request, Model model) {
        Paging paging = Paging.of(request, PAGE_SIZE, batches.count(member));
        model.addAttribute("paging", paging);
        model.addAttribute(
                "batches",
                batches.page(member, PAGE_SIZE, paging.offset()).stream()
                        .map(BatchView::of)
                        .toList());
        return "replay/replays";
    }
}
