package io.portrgateway.admin.har;

import io.portrgateway.admin.replay.Replays;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.Format;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Paging;
import io.portrgateway.admin.web.Refusal;
import io.portrgateway.admin.web.Ulid;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
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

/** The pages of collections: all of a team, one with its requests, one request. */
@Controller
final class CollectionController {

    private static final int PAGE_SIZE = 50;
    private static final String ONE = "/{team}/collections/{id:" + Ulid.PATTERN + "}";

    private final Collections collections;
    private final CollectionReplay replay;
    private final ClientAddresses addresses;
    private final Format format;
    private final long maxUploadBytes;

    CollectionController(
            Collections collections,
            CollectionReplay replay,
            ClientAddresses addresses,
            Format format,
            AdminSettings settings) {
        this.collections = collections;
        this.replay = replay;
        this.addresses = addresses;
        this.format = format;
        this.maxUploadBytes = settings.files().maxUploadBytes();
    }

    @GetMapping("/{team}/collections")
    String list(Member member, Model model) {
        model.addAttribute("collections", collections.of(member));
        model.addAttribute("slug", member.teamSlug());
        model.addAttribute("maxUploadBytes", maxUploadBytes);
        model.addAttribute("maxUpload", format.bytes(maxUploadBytes));
        return "har/collections";
    }

    @PostMapping("/{team}/collections/import")
    String take(
            Member member,
            @RequestParam(name = "file", required = false) @Nullable MultipartFile file,
            @RequestParam(name = "name", defaultValue = "") String name,
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes flash,
            Model model)
            throws IOException {
        if (file == null || file.isEmpty()) {
            return refused(member, name, Refusal.invalid("file", "Choose a HAR file."), response, model);
        }
        try (InputStream content = file.getInputStream()) {
            return switch (collections.take(
                    member, name.isBlank() ? fileName(file) : name, content, addresses.of(request))) {
                case Outcome.Done<Collections.Made>(Collections.Made made) -> {
                    flash.addFlashAttribute("notice", sentence(made));
                    yield to(member, made.collection().id());
                }
                case Outcome.Refused<Collections.Made>(Refusal refusal) ->
                    refused(member, name, refusal, response, model);
            };
        }
    }

    private String refused(Member member, String name, Refusal refusal, HttpServletResponse response, Model model) {
        response.setStatus(refusal.status().value());
        model.addAttribute("problem", refusal.message());
        model.addAttribute("name", name);
        return list(member, model);
    }

    private static String sentence(Collections.Made made) {
        int count = made.collection().requestCount();
        return (count == 1 ? "1 request" : count + " requests") + " imported."
                + (made.skipped() == 0
                        ? ""
                        : " Left out: " + made.skipped() + " that were never on a network, such as data: URLs.");
    }

    /** What the browser says it is called, without its folders and its ending. */
    private static String fileName(MultipartFile file) {
        @Nullable String original = file.getOriginalFilename();
        String name = original == null ? "" : original.replaceFirst("^.*[/\\\\]", "");
        return name.isBlank() ? "Imported" : name.replaceFirst("(?i)\\.(har|json)$", "");
    }

    @PostMapping("/{team}/collections")
    String save(
            Member member,
            @RequestParam(name = "name", defaultValue = "") String name,
            @RequestParam(name = "id", defaultValue = "") List<String> ids,
            HttpServletRequest request,
            RedirectAttributes flash) {
        return switch (collections.save(member, name, ids, addresses.of(request))) {
            case Outcome.Done<Collections.Made>(Collections.Made made) -> {
                flash.addFlashAttribute(
                        "notice", "Saved. Everybody in the team sees it, and it stays when the requests are gone.");
                yield to(member, made.collection().id());
            }
            case Outcome.Refused<Collections.Made>(Refusal refusal) -> {
                flash.addFlashAttribute("noticeBad", refusal.message());
                yield "redirect:/" + member.teamSlug() + "/collections";
            }
        };
    }

    @GetMapping(ONE)
    String show(Member member, @PathVariable("id") String id, HttpServletRequest request, Model model) {
        Collection collection = find(member, id);
        Paging paging = Paging.of(request, PAGE_SIZE, collection.requestCount());
        model.addAttribute("collection", collection);
        model.addAttribute("items", collections.items(collection, paging.offset(), PAGE_SIZE));
        model.addAttribute("paging", paging);
        model.addAttribute("slug", member.teamSlug());
        model.addAttribute("tunnels", replay.tunnels(member));
        model.addAttribute("mayDelete", collection.mayBeDeletedBy(member));
        return "har/collection";
    }

    @GetMapping(ONE + "/requests/{position:\\d{1,9}}")
    String item(Member member, @PathVariable("id") String id, @PathVariable("position") int position, Model model) {
        Collection collection = find(member, id);
        Entry entry = collections
                .entry(collection, position)
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
        model.addAttribute("collection", collection);
        model.addAttribute("position", position);
        model.addAttribute("item", EntryView.of(entry, format));
        model.addAttribute("slug", member.teamSlug());
        return "har/item";
    }

    @GetMapping(ONE + "/export")
    void export(Member member, @PathVariable("id") String id, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Collection collection = find(member, id);
        Exports.attach(response, "collection-" + collection.id(), ExportFormat.HAR);
        collections.export(member, collection, response.getOutputStream(), addresses.of(request));
    }

    @PostMapping(ONE + "/replay")
    String replay(
            Member member,
            @PathVariable("id") String id,
            @RequestParam(name = "position", required = false) @Nullable List<Integer> positions,
            @RequestParam(name = "tunnel", defaultValue = "") String tunnel,
            HttpServletRequest request,
            RedirectAttributes flash) {
        Collection collection = find(member, id);
        List<Integer> chosen = positions == null ? List.of() : positions;
        return switch (replay.send(member, collection, chosen, tunnel, addresses.of(request))) {
            case Outcome.Done<Replays.Started>(Replays.Started started) ->
                "redirect:/" + member.teamSlug() + "/replays/" + started.id();
            case Outcome.Refused<Replays.Started>(Refusal refusal) -> {
                flash.addFlashAttribute("noticeBad", refusal.message());
                yield to(member, id);
            }
        };
    }

    @PostMapping(ONE + "/delete")
    String delete(Member member, @PathVariable("id") String id, HttpServletRequest request, RedirectAttributes flash) {
        switch (collections.delete(member, id, addresses.of(request))) {
            case Outcome.Done<Collection>(Collection deleted) ->
                flash.addFlashAttribute("notice", "Collection " + deleted.name() + " is deleted.");
            case Outcome.Refused<Collection>(Refusal refusal) ->
                flash.addFlashAttribute("noticeBad", refusal.message());
        }
        return "redirect:/" + member.teamSlug() + "/collections";
    }

    private Collection find(Member member, String id) {
        return collections.find(member, id).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    private static String to(Member member, String id) {
        return "redirect:/" + member.teamSlug() + "/collections/" + id;
    }
}
