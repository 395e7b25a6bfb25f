package dev.freshet.console;

import dev.freshet.console.api.Endpoint;
import dev.freshet.console.api.Problem;
import dev.freshet.console.api.ProblemException;
import dev.freshet.runtime.BearerToken;
import dev.freshet.runtime.ListenAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask. Tokens travel in a header only, so no other site can make a browser send one. Where
 * no token is needed, a question must name this machine: otherwise a site could point its own name
 * at 127.0.0.1 and read the answers.
 */
final class Guard {

  private final boolean anybodyOfThisMachine;
  private final BearerToken readers;
  private final Optional<BearerToken> administrators;

  Guard(ConsoleConfig config, ListenAddress address) {
    this.anybodyOfThisMachine = config.token().isEmpty() && address.isLoopback();
    this.readers = new BearerToken(config.token());
    this.administrators = config.adminToken().map(Optional::of).map(BearerToken::new);
  }

  /** Whether readers need a token. */
  boolean needsToken() {
    return !anybodyOfThisMachine;
  }

  /**
   * Lets the question pass.
   *
   * @throws ProblemException when it may not
   */
  void admit(Endpoint.Access access, @Nullable String host, @Nullable String authorization)
      throws ProblemException {
    requireThisMachine(host);
    if (access == Endpoint.Access.ADMIN) {
      BearerToken token =
          administrators.orElseThrow(
              () ->
                  new ProblemException(
                      Problem.WRITING_IS_OFF,
                      "this console only reads: there is no console.admin-token",
                      "set it in the config file, from a file or the environment"));
      if (!token.admits(authorization)) {
        throw tokenNeeded("console.admin-token");
      }
    } else if (!mayRead(authorization)) {
      throw tokenNeeded("console.token");
    }
  }

  /** Whether this caller may see anything. */
  boolean mayRead(@Nullable String authorization) {
    return readers.admits(authorization)
        || administrators.map(token -> token.admits(authorization)).orElse(false);
  }

  /**
   * @throws ProblemException when no token is needed and the question names another machine
   */
  void requireThisMachine(@Nullable String host) throws ProblemException {
    if (anybodyOfThisMachine && !ListenAddress.isThisMachine(host)) {
      throw new ProblemException(
          Problem.FOREIGN_HOST,
          "this console answers on this machine, under its name or address",
          "use http://127.0.0.1, or set console.token to answer others");
    }
  }

  private static ProblemException tokenNeeded(String which) {
    return new ProblemException(
        Problem.TOKEN_NEEDED, "this needs the %s".formatted(which), "Authorization: Bearer …");
  }
}
