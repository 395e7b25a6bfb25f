/**
 * What an application embeds to fill Freshet's cache in Redis without ever putting an old value
 * back.
 */
@NullMarked
package dev.freshet.cache;

import org.jspecify.annotations.NullMarked;
