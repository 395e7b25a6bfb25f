package dev.freshet.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * As whom a child process runs, and that it dies with us. Postgres refuses to be root, so as root
 * it gets a user namespace (where root is nobody), or else an unprivileged user of its own.
 *
 * @param words put before the command; the signal of {@link #diesWithUs} goes between
 * @param guarded whether {@code setpriv} can tie the child's life to ours
 * @param owner the uid and gid that must own the child's data, or -1: whoever made them
 */
record Privileges(List<String> words, boolean guarded, int owner, int group) {
  private static final List<String> UNPRIVILEGED_USERS = List.of("postgres", "nobody");

  /** For servers that do not mind being root. */
  static Privileges asWeAre() {
    return new Privileges(List.of(), Command.works(guard("true")), -1, -1);
  }

  /**
   * For Redis: before all others where we may choose so, as root. Everybody waits for its one
   * thread, which otherwise now and then loses its core for 5 to 10 ms in the middle of a script,
   * to the JVM that waits for it; no niceness prevents that. What it forks is as others are.
   */
  static Privileges first() {
    Privileges plain = asWeAre();
    List<String> words = List.of("chrt", "--reset-on-fork", "--rr", "1");
    return Command.works(prepend(String.join(" ", words), guard("true")))
        ? new Privileges(words, plain.guarded(), -1, -1)
        : plain;
  }

  /** For Postgres: never root. */
  static Privileges neverRoot() {
    if (!weAreRoot()) {
      return asWeAre();
    }
    if (Command.works(prepend("unshare -U", guard("true")))) {
      return new Privileges(List.of("unshare", "-U"), true, 0, 0);
    }
    List<String> refusals = new ArrayList<>();
    for (String user : UNPRIVILEGED_USERS) {
      try {
        return asUser(user);
      } catch (IOException e) {
        refusals.add(e.getMessage());
      }
    }
    throw new StackException(
        "Postgres cannot be started by root",
        "user namespaces are refused here; " + String.join("; ", refusals),
        "run as an ordinary user, or allow user namespaces");
  }

  /** As another user, which only root may choose. */
  static Privileges asUser(String user) throws IOException {
    int uid = id("-u", user);
    int gid = id("-g", user);
    String words = "setpriv --reuid=" + uid + " --regid=" + gid + " --clear-groups";
    if (!Command.works(prepend(words, guard("true")))) {
      throw new IOException("setpriv cannot switch to " + user);
    }
    return new Privileges(List.of(words.split(" ", -1)), true, uid, gid);
  }

  /** The whole command for a server: it gets this signal when this JVM ends in any way. */
  List<String> diesWithUs(String signal, List<String> command) {
    List<String> all = new ArrayList<>(words);
    // After the change of user or namespace: a change of credentials clears the request.
    if (guarded) {
      all.addAll(List.of("setpriv", "--pdeathsig", signal));
    }
    all.addAll(command);
    return all;
  }

  /** Gives a folder and all in it to the child's user, if another has it. */
  void own(Path folder) throws IOException {
    if (owner < 0 || Integer.valueOf(owner).equals(Files.getAttribute(folder, "unix:uid"))) {
      return;
    }
    Command chown =
        Command.run(
            List.of("chown", "-R", owner + ":" + group, folder.toString()),
            Map.of(),
            Duration.ofSeconds(60));
    if (!chown.succeeded()) {
      throw new IOException("cannot give " + folder + " to uid " + owner + ": " + chown.output());
    }
  }

  /** Whether the child runs as somebody who may not see what only we may see. */
  boolean stranger() {
    return owner > 0;
  }

  /** Whether the child's user can read, or enter, this path. */
  boolean canReach(Path path) {
    List<String> test = new ArrayList<>(words);
    test.addAll(List.of("test", "-r", path.toString()));
    return Command.works(test.toArray(String[]::new));
  }

  private static boolean weAreRoot() {
    try {
      return Path.of("/proc/self").toFile().exists()
          && Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException e) {
      return false;
    }
  }

  private static int id(String option, String user) throws IOException {
    Command id = Command.run(List.of("id", option, user), Map.of(), Duration.ofSeconds(5));
    if (!id.succeeded()) {
      throw new IOException("no user " + user);
    }
    return Integer.parseInt(id.output());
  }

  private static String[] guard(String command) {
    return new String[] {"setpriv", "--pdeathsig", "TERM", command};
  }

  private static String[] prepend(String words, String[] command) {
    List<String> all = new ArrayList<>(List.of(words.split(" ", -1)));
    all.addAll(List.of(command));
    return all.toArray(String[]::new);
  }
}
