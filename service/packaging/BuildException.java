/** The image cannot be built; the message is for the person who builds, and says what to do. */
final class BuildException extends Exception {
    BuildException(String message) {
        super(message);
    }
}
