/** What people type: sizes and times, paths and words, with errors that say the right form. */
@NullMarked
package cc.accu.internal.text;

import org.jspecify.annotations.NullMarked;
