package dev.freshet.app.command;

import dev.freshet.app.ExitCode;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Role;
import dev.freshet.app.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.streams.Topology;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code freshet topology}. */
@Command(
    name = "topology",
    description = "Print a stream topology (text, Mermaid).",
    footer = {
      "  freshet topology",
      "  freshet topology invalidation-stream --mermaid > topology.mmd",
    })
final class PrintTopology implements Callable<Integer> {

  private final Terminal terminal;

  @Parameters(
      arity = "0..1",
      paramLabel = "ROLE",
      description = "The role. Default: each that has a topology.")
  private List<String> names = new ArrayList<>();

  @Mixin private ConfigOption config = new ConfigOption();

  @Option(names = "--mermaid", description = "As a Mermaid flow chart, for Markdown pages.")
  private boolean mermaid;

  @Spec private @Nullable CommandSpec spec;

  PrintTopology(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    List<Role> roles = RoleNames.chosen(spec, names);
    FreshetConfig read = config.read(terminal);
    int printed = 0;
    for (Role role : roles) {
      var topology = role.topology(read).map(Topology::describe);
      if (topology.isPresent()) {
        String text =
            mermaid ? Mermaid.of(topology.get()) : topology.get().toString().stripTrailing();
        terminal.out().println(text.stripTrailing());
        printed++;
      }
    }
    if (printed == 0 && spec != null) {
      throw new ParameterException(
          spec.commandLine(), names.get(0) + " has no stream topology; see freshet run --help");
    }
    return ExitCode.DONE.number();
  }
}
