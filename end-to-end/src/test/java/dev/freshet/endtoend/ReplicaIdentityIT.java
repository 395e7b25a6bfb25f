package dev.freshet.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.runtime.FreshetException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A rule needs old values that the log does not have. */
@Timeout(180)
class ReplicaIdentityIT {

  private static final String REMEDY = "ALTER TABLE public.facilities REPLICA IDENTITY FULL";

  @TempDir Path folder;

  @Test
  void aTableThatLogsTooLittleIsRefusedWithTheStatementThatCuresIt() throws Exception {
    String rule = "invalidate:\n  public.facilities: [ \"org:{organization_id}\" ]\n";
    try (EmbeddedStack stack = EmbeddedStack.builder().start();
        Shop shop = new Shop(stack, folder, Shop.KAFKA + rule)) {
      shop.sql("CREATE TABLE facilities (id int PRIMARY KEY, organization_id int)");
      assertThatThrownBy(shop::start)
          .isInstanceOfSatisfying(
              FreshetException.class,
              refusal -> {
                assertThat(refusal.kind()).isEqualTo(FreshetException.Kind.UNFIT);
                assertThat(refusal.detail()).contains("organization_id");
                assertThat(refusal.hint()).contains(REMEDY + ";");
              });
      Answer typed = shop.freshet("run", "ingest");
      assertThat(typed.code()).isEqualTo(5);
      assertThat(typed.err()).contains(REMEDY + ";");

      shop.sql(REMEDY, "INSERT INTO facilities VALUES (1, 7)");
      shop.start();
      shop.fill("org-page", "org:7");
      shop.sql("UPDATE facilities SET organization_id = 8");
      shop.awaitGone("org-page");
    }
  }
}
