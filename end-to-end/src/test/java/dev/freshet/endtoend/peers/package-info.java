/** Tests of what Freshet is compared with. */
@NullMarked
package dev.freshet.endtoend.peers;

import org.jspecify.annotations.NullMarked;
