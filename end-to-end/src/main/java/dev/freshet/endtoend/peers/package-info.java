/**
 * Caches in Redis that are kept fresh by other well-known designs, for comparison with Freshet's:
 * each is the smallest honest form of its idea.
 *
 * <p>Reads: the same invalidations topic as Freshet's own sink. Keeps: keys of its own prefix in
 * Redis. Front doors: {@link dev.freshet.endtoend.peers.PeerCache}, {@link
 * dev.freshet.endtoend.peers.PeerFeed}.
 */
@NullMarked
package dev.freshet.endtoend.peers;

import org.jspecify.annotations.NullMarked;
