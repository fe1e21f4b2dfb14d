package io.portrgateway.admin.clientconfig;

import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.RequiresTeamAdmin;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.Serializable;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The page of the team's template: an editor for admins, the text for everybody else. */
@Controller
final class TemplateController {

    private static final String PAGE = "clientconfig/template";

    private final ClientTemplates templates;
    private final ClientAddresses addresses;

    TemplateController(ClientTemplates templates, ClientAddresses addresses) {
        this.templates = templates;
        this.addresses = addresses;
    }

    /** A problem with the line it is about, so that nobody has to count. Serializable: sessions keep notes for one page. */
    record ProblemView(int line, String reason, String excerpt) implements Serializable {

        static ProblemView of(TemplateProblem problem, List<String> lines) {
            boolean known = problem.line() > 0 && problem.line() <= lines.size();
            return new ProblemView(
                    problem.line(),
                    problem.reason(),
                    known ? lines.get(problem.line() - 1).strip() : "");
        }
    }

    @GetMapping("/{team}/client-template")
    String show(Member member, Model model) {
        ClientTemplates.Template template = templates.of(member.teamId());
        return page(member, model, template, template.text());
    }

    @RequiresTeamAdmin
    @PostMapping("/{team}/client-template")
    String save(
            Member member,
            @RequestParam(name = "template", defaultValue = "") String text,
            @RequestParam(name = "version", defaultValue = "") String version,
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes flash,
            Model model) {
        return switch (templates.save(member, text, version, addresses.of(request))) {
            case ClientTemplates.Saved.Stored stored -> {
                flash.addFlashAttribute(
                        "notice",
                        stored.template().text().isEmpty()
                                ? "The template is removed. Clients get the sample again."
                                : "Saved. Members get it with portr config pull.");
                flash.addFlashAttribute("notes", views(stored.verdict().notes(), text));
                yield "redirect:/" + member.teamSlug() + "/client-template";
            }
            case ClientTemplates.Saved.Broken broken -> {
                response.setStatus(HttpStatus.UNPROCESSABLE_CONTENT.value());
                model.addAttribute("problems", views(broken.verdict().problems(), text));
                model.addAttribute("version", version);
                yield page(member, model, templates.of(member.teamId()), text);
            }
            case ClientTemplates.Saved.Overtaken overtaken -> {
                response.setStatus(HttpStatus.CONFLICT.value());
                model.addAttribute("theirs", overtaken.current().text());
                yield page(member, model, overtaken.current(), text);
            }
        };
    }

    private static List<ProblemView> views(List<TemplateProblem> problems, String text) {
        List<String> lines = text.lines().toList();
        return problems.stream().map(problem -> ProblemView.of(problem, lines)).toList();
    }

    private static String page(Member member, Model model, ClientTemplates.Template template, String text) {
        model.addAttribute("slug", member.teamSlug());
        model.addAttribute("mayEdit", member.mayAdministerTeam());
        model.addAttribute("text", text);
        model.addAttribute("saved", !template.text().isEmpty());
        model.addAttribute("updatedAt", template.updatedAt());
        if (!model.containsAttribute("version")) {
            model.addAttribute("version", template.version());
        }
        model.addAttribute("maxChars", TemplateText.MAX_CHARS);
        return PAGE;
    }
}
