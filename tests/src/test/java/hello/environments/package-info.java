/** Which environments there are, and in which order an image goes through them. */
package hello.environments;
