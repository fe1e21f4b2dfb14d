package io.portrgateway.tunnel.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethodWhere;
import static com.tngtech.archunit.lang.conditions.ArchConditions.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.jspecify.annotations.NullMarked;

/** The rules of the package structure, for a root package so that they can be tried on planted violations. */
final class Rules {

    /** Packages whose code runs on event loops. */
    private static final Set<String> LOOP_PACKAGES = Set.of("transport", "ssh", "http", "tcp", "relay", "registry");

    /**
     * Where waiting is right: start and stop run on the thread that starts the server, never on a loop. Class and method,
     * by simple name. Lambdas count as the method they are written in.
     */
    private static final Map<String, Set<String>> MAY_WAIT = Map.of(
            "EventLoops", Set.of("close"),
            "NettyIoAcceptor", Set.of("bind", "unbind"),
            "SshFrontend", Set.of("start", "stopAccepting", "close"),
            "HttpEdge", Set.of("listen"),
            // its own virtual thread, which looks at files now and then
            "TlsContexts", Set.of("watch"));

    private static final Set<String> WAITING_FUTURE_METHODS = Set.of("get", "join");
    private static final Set<String> WAITING_THREAD_METHODS = Set.of("sleep", "join");
    private static final Set<String> WAITING_QUEUE_METHODS = Set.of("put", "take");

    private final String root;

    Rules(String root) {
        this.root = root;
    }

    ArchRule packagesAreKnown() {
        return classes().should(new ArchCondition<>("live in a package of the table") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                String name = PackageTable.nameBelow(root, type.getPackageName());
                boolean isKnown = PackageTable.ALLOWED.containsKey(name);
                events.add(new SimpleConditionEvent(
                        type, isKnown, type.getName() + " lives in the unknown package \"" + name + "\""));
            }
        });
    }

    ArchRule dependenciesAreAllowed() {
        return classes().should(new ArchCondition<>("use only what the package table allows") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                String from = PackageTable.nameBelow(root, type.getPackageName());
                Set<String> allowed = PackageTable.ALLOWED.getOrDefault(from, Set.of());
                type.getDirectDependenciesFromSelf().stream()
                        .filter(use -> isOurs(use.getTargetClass()))
                        .forEach(use -> {
                            String to = PackageTable.nameBelow(
                                    root,
                                    use.getTargetClass().getBaseComponentType().getPackageName());
                            boolean isFine = to.equals(from) || allowed.contains(to);
                            events.add(new SimpleConditionEvent(type, isFine, use.getDescription()));
                        });
            }
        });
    }

    ArchRule packagesHaveNoCycles() {
        return slices().matching(root + ".(*)..").should().beFreeOfCycles();
    }

    ArchRule minaStaysOnTheSshSide() {
        return noClasses()
                .that()
                .resideOutsideOfPackages(root + ".ssh", root + ".transport")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.sshd..");
    }

    ArchRule sqlStaysInTheStore() {
        return noClasses()
                .that()
                .resideOutsideOfPackage(root + ".store")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..", "org.postgresql..", "com.zaxxer..");
    }

    ArchRule packagesAreNullMarked() {
        return classes().should(new ArchCondition<>("live in a @NullMarked package") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean isMarked = type.getPackage().isAnnotatedWith(NullMarked.class);
                events.add(new SimpleConditionEvent(
                        type, isMarked, type.getName() + " lives in a package that is not @NullMarked"));
            }
        });
    }

    ArchRule eventLoopsNeverWait() {
        String[] packages =
                LOOP_PACKAGES.stream().map(name -> root + "." + name).toArray(String[]::new);
        return classes()
                .that()
                .resideInAnyPackage(packages)
                .should(not(callMethodWhere(describe("the caller waits", Rules::isForbiddenWait))))
                .allowEmptyShould(true);
    }

    private boolean isOurs(JavaClass type) {
        String packageName = type.getBaseComponentType().getPackageName();
        return packageName.equals(root) || packageName.startsWith(root + ".");
    }

    private static boolean isForbiddenWait(JavaMethodCall call) {
        return isWait(call) && !isExcepted(call);
    }

    private static boolean isExcepted(JavaAccess<?> call) {
        JavaClass caller = call.getOriginOwner();
        return MAY_WAIT.getOrDefault(caller.getSimpleName(), Set.of())
                .contains(call.getOrigin().getName());
    }

    private static boolean isWait(JavaMethodCall call) {
        JavaClass target = call.getTargetOwner();
        String method = call.getTarget().getName();
        boolean hasArguments = !call.getTarget().getRawParameterTypes().isEmpty();
        if (target.isAssignableTo(CompletableFuture.class) || target.isAssignableTo(Future.class)) {
            return WAITING_FUTURE_METHODS.contains(method) || isNettyWait(target, method);
        }
        if (target.isAssignableTo(Thread.class)) {
            return WAITING_THREAD_METHODS.contains(method);
        }
        if (target.isAssignableTo(BlockingQueue.class)) {
            return WAITING_QUEUE_METHODS.contains(method) || (hasArguments && method.equals("poll"));
        }
        if (target.isAssignableTo(CountDownLatch.class)) {
            return method.equals("await");
        }
        return isMinaWait(target, method) || (target.getName().equals(Object.class.getName()) && method.equals("wait"));
    }

    private static boolean isNettyWait(JavaClass target, String method) {
        return target.isAssignableTo(io.netty.util.concurrent.Future.class)
                && (method.startsWith("sync") || method.startsWith("await"));
    }

    private static boolean isMinaWait(JavaClass target, String method) {
        return target.isAssignableTo(org.apache.sshd.common.future.SshFuture.class)
                && (method.startsWith("await") || method.equals("verify"));
    }
}
