package dev.freshet.ingest.pgbouncer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The exchange of RFC 7677, section 3. */
class ScramTest {

  private static final String NONCE = "rOprNGfwEbeRWgbNEkqO";
  private static final String CHALLENGE =
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

  private final Scram scram = new Scram("user", "pencil", NONCE);

  @Test
  void bothSidesShowThatTheyKnowThePassword() throws IOException {
    assertThat(scram.first()).isEqualTo("n,,n=user,r=" + NONCE);
    assertThat(scram.last(CHALLENGE))
        .isEqualTo(
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    scram.check("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    assertThatThrownBy(() -> scram.check("v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aChallengeThatIsNotForThisLoginIsRefused() {
    for (String challenge :
        new String[] {
          CHALLENGE.replace("r=rO", "r=xO"),
          CHALLENGE.replace("4096", "0"),
          CHALLENGE.replace("4096", "99999999"),
          "e=other-error"
        }) {
      assertThatThrownBy(() -> scram.last(challenge)).isInstanceOf(IOException.class);
    }
  }
}
