/** What the build cannot go on with; the message is for the person who builds. */
final class Refused extends Exception {
    Refused(String message) {
        super(message);
    }
}
