#include "runner/cause.h"

#include "rt/alloc.h"

#include <string.h>

// The end of what tells the cause. After a rule of the paper come the numbers
// of the case: "Rules for Servers (Figure 2, §5.1): if ... Server 1 (leader
// in".
static const char *end_of_cause(const char *message)
{
    const char *end = strchrnul(message, '\n');
    const char *rule = strstr(message, "§");
    const char *broken = strstr(message, " is broken: ");
    const char *sentence = rule == NULL ? NULL : strstr(rule, ". ");
    if (rule == NULL || rule > end)
        return end;
    if (broken != NULL && broken < end)
        return broken;
    return sentence != NULL && sentence < end ? sentence : end;
}

// The length of the number that begins here, "17", "-1" or "0x7f31"; 0 if there
// is none.
static size_t number_length(const char *text)
{
    if (strncmp(text, "0x", 2) == 0)
        return 2 + strspn(text + 2, "0123456789abcdef");
    size_t sign = *text == '-';
    size_t digits = strspn(text + sign, "0123456789");
    return digits > 0 ? sign + digits : 0;
}

// Copies the text without numbers, and returns the end of the copy.
static char *copy_without_numbers(char *to, const char *from, const char *end)
{
    while (from < end) {
        size_t number = number_length(from);
        if (number == 0)
            *to++ = *from++;
        from += number;
    }
    return to;
}

// The line with the first place in the code; NULL if there is none.
static const char *line_with_place(const char *message)
{
    const char *line = strstr(message, ".c:");
    while (line != NULL && line > message && line[-1] != '\n')
        line--;
    return line;
}

// The beginning of what tells the cause on the first line. Which call has not
// returned is chance: where it hangs is the cause.
static const char *begin_of_cause(const char *message, const char *place)
{
    const char *hang = strstr(message, " has not returned");
    if (hang == NULL || place == NULL)
        return message;
    return place == message ? hang : end_of_cause(message);
}

// The end of a sanitizer's kind of error and of its first stack, in its words.
static const char *end_of_first_stack(const char *words)
{
    const char *end = strchrnul(words, '\n');
    return *end == '\0' ? end : strchrnul(end + 1, '\n');
}

char *cause_signature(bool failed, const char *message, const char *words)
{
    bool reported = words != NULL && strstr(message, "report is");
    const char *stack = reported ? words : "";
    char *signature = alloc(strlen(message) + strlen(stack) + 2);
    char *at = signature;
    *at++ = failed ? 'F' : 'I';
    const char *place = line_with_place(message);
    at = copy_without_numbers(at, begin_of_cause(message, place),
                              end_of_cause(message));
    if (place != NULL && place > message)
        at = copy_without_numbers(at, place, strchrnul(place, '\n'));
    copy_without_numbers(at, stack, end_of_first_stack(stack));
    return signature;
}
