/**
 * The frame around every page: navigation, team switcher, personal menu, theme, and the page that shows all components.
 *
 * <p>Start reading at {@code ShellAdvice}; the markup is {@code templates/fragments/app.html}.
 */
@NullMarked
package io.portrgateway.admin.shell;

import org.jspecify.annotations.NullMarked;
