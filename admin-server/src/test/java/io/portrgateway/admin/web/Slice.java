package io.portrgateway.admin.web;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.Settings;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.Role;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.view.InternalResourceViewResolver;

/**
 * A controller alone, with the services it asks stood in for: what it binds, which status, view, redirect or note it makes of
 * a result. Without context, database and templates, which the tests ending in IT try.
 */
public final class Slice {

    /** Whom the calls are made as. */
    public static final Account ACCOUNT = new Account(3, "ann@example.com", null, null, true);

    /** The same in the team of the path. */
    public static final Member MEMBER =
            new Member(7, 3, "ann@example.com", true, 1, "Web Shop", "web-shop", Role.ADMIN);

    private Slice() {}

    public static MockMvc of(Object... controllers) {
        return MockMvcBuilders.standaloneSetup(controllers)
                .setControllerAdvice(new ApiFailures())
                .setCustomArgumentResolvers(new Given(Member.class, MEMBER), new Given(Account.class, ACCOUNT))
                .setViewResolvers(new InternalResourceViewResolver("/not/rendered/", ".html"))
                .build();
    }

    public static AdminSettings settings() {
        return AdminSettings.read(new Settings(Map.of(
                "PORTR_DB_URL", "postgresql://portr@127.0.0.1/portr",
                "PORTR_ADMIN_ENCRYPTION_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                "PORTR_SERVER_URL", "http://localhost:8000",
                "PORTR_DOMAIN", "tunnels.example")));
    }

    public static ClientAddresses addresses() {
        return new ClientAddresses(settings());
    }

    private record Given(Class<?> type, Object value) implements HandlerMethodArgumentResolver {

        @Override
        public boolean supportsParameter(MethodParameter parameter) {
            return parameter.getParameterType() == type;
        }

        @Override
        public Object resolveArgument(
                MethodParameter parameter,
                @Nullable ModelAndViewContainer container,
                NativeWebRequest request,
                @Nullable WebDataBinderFactory binders) {
            return value;
        }
    }
}
