package dev.freshet.app.command;

import dev.freshet.app.Role;
import dev.freshet.app.Roles;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The roles a command line names. */
final class RoleNames implements Iterable<String> {

  @Override
  public Iterator<String> iterator() {
    return Roles.names().iterator();
  }

  /**
   * The named roles in the order of the data; all when none is named.
   *
   * @throws ParameterException for a name that no role has
   */
  static List<Role> chosen(@Nullable CommandSpec spec, List<String> names) {
    if (spec == null) {
      throw new IllegalStateException("picocli did not inject the command's own description");
    }
    for (String name : names) {
      if (Roles.named(name).isEmpty()) {
        throw new ParameterException(spec.commandLine(), Roles.noSuchRole(name));
      }
    }
    List<Role> chosen = new ArrayList<>(Roles.all());
    chosen.removeIf(role -> !names.isEmpty() && !names.contains(role.name()));
    return List.copyOf(chosen);
  }
}
