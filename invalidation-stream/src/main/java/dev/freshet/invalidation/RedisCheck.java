package dev.freshet.invalidation;

import static java.util.Comparator.comparing;

import dev.freshet.runtime.CheckResult;
import dev.freshet.runtime.FreshetException;
import io.lettuce.core.RedisException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code freshet doctor} asks Redis. */
public final class RedisCheck {

  private static final String ALLOW = "allow INFO and SCRIPT for this user, or check by hand";

  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)");

  private RedisCheck() {}

  /** One result per subject; a single failed one when Redis does not answer. */
  public static List<CheckResult> run(String redisUri) {
    try (RedisConnection connection = RedisConnection.open(redisUri)) {
      List<RedisInfo> primaries = RedisInfo.ofPrimaries(connection);
      List<CheckResult> results = new ArrayList<>();
      results.add(worst(primaries, RedisCheck::version));
      results.add(worst(primaries, RedisCheck::eviction));
      results.add(worst(primaries, RedisCheck::persistence));
      results.add(worst(primaries, info -> topology(info, connection.cluster())));
      return results;
    } catch (FreshetException e) {
      return List.of(unreachable(String.valueOf(e.detail())));
    } catch (RedisException e) {
      return List.of(
          unreachable(
              RedisConnection.withoutPassword(redisUri) + ": " + RedisConnection.rootCause(e)));
    }
  }

  private static CheckResult unreachable(String found) {
    return CheckResult.fail(
        "redis.reachable",
        found,
        "check the address under \"redis\", its credentials, and that Redis runs; " + ALLOW);
  }

  /** The worst result of all primaries; one that is not well is named where there are several. */
  private static CheckResult worst(
      List<RedisInfo> primaries, Function<Map<String, String>, CheckResult> check) {
    RedisInfo worst =
        Collections.max(primaries, comparing(info -> check.apply(info.fields()).outcome()));
    CheckResult result = check.apply(worst.fields());
    return primaries.size() == 1 || result.outcome() == CheckResult.Outcome.OK
        ? result
        : new CheckResult(
            result.subject(),
            result.outcome(),
            worst.node() + ": " + result.detail(),
            result.hint());
  }

  private static CheckResult version(Map<String, String> info) {
    boolean valkey = info.containsKey("valkey_version");
    String version =
        valkey
            ? info.getOrDefault("valkey_version", "")
            : info.getOrDefault("redis_version", "unknown");
    boolean enough = valkey || atLeast62(version);
    String found = (valkey ? "Valkey " : "Redis ") + version;
    return enough
        ? CheckResult.ok("redis.version", found)
        : CheckResult.fail("redis.version", found, "Freshet needs Redis 6.2 or newer, or Valkey");
  }

  private static boolean atLeast62(String version) {
    Matcher parts = VERSION.matcher(version);
    if (!parts.find()) {
      return false;
    }
    int major = Integer.parseInt(parts.group(1));
    return major > 6 || (major == 6 && Integer.parseInt(parts.group(2)) >= 2);
  }

  private static CheckResult eviction(Map<String, String> info) {
    String policy = info.getOrDefault("maxmemory_policy", "unknown");
    long max = Long.parseLong(info.getOrDefault("maxmemory", "0"));
    String found =
        "maxmemory %s, policy %s".formatted(max == 0 ? "unlimited" : max + " bytes", policy);
    if (policy.startsWith("allkeys-")) {
      return CheckResult.fail(
          "redis.maxmemory-policy",
          found + ": may evict the tag index and keep the entries it belongs to",
          "CONFIG SET maxmemory-policy volatile-lru");
    }
    return CheckResult.ok("redis.maxmemory-policy", found);
  }

  private static CheckResult persistence(Map<String, String> info) {
    boolean aof = "1".equals(info.get("aof_enabled"));
    String lastSave = info.getOrDefault("rdb_last_bgsave_status", "unknown");
    return aof || "ok".equals(lastSave)
        ? CheckResult.ok(
            "redis.persistence", aof ? "append-only file" : "snapshots, last one " + lastSave)
        : CheckResult.warn(
            "redis.persistence",
            "no append-only file, last snapshot " + lastSave,
            "a restarted Redis starts empty or old: harmless for correctness, costs misses");
  }

  private static CheckResult topology(Map<String, String> info, boolean asCluster) {
    boolean isCluster = "1".equals(info.get("cluster_enabled"));
    if (isCluster && !asCluster) {
      return CheckResult.fail(
          "redis.topology",
          "this server is part of a cluster",
          "write the address as redis-cluster://host:port,host:port");
    }
    if (isCluster) {
      return CheckResult.ok("redis.topology", "cluster");
    }
    String role = info.getOrDefault("role", "unknown");
    return role.equals("master")
        ? CheckResult.ok("redis.topology", "standalone, primary")
        : CheckResult.fail(
            "redis.topology", "this server is a " + role, "give the address of the primary");
  }
}
