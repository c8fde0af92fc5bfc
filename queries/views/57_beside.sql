-- What a letter prints beside a fingerprint against what the certificate itself says: a name, a serial number, days.
-- Letters cut, wrap, fold and abbreviate, so that a difference is one only where nothing agrees.

-- name_words(text): the words of a name, as they are compared: without case, accents, punctuation and the escapes of
-- distinguished names. `=` stays, so that `CN = …` can be told from a name alone.
CREATE OR REPLACE MACRO name_words(words) AS trim(regexp_replace(
    replace(translate(
        lower(strip_accents(replace(replace(words, 'ﬁ', 'fi'), 'ﬂ', 'fl'))), 'łøđðı', 'loddi'
    ), '=', ' = '),
    '[^\p{L}\p{N}=]+', ' ', 'g'
));

-- name_pattern(text): its letters and digits as a regular expression that does not mind where words are parted. A name
-- without either, or with more than a name holds, is compared by nothing more.
CREATE OR REPLACE MACRO name_pattern(words) AS array_to_string(
    string_split(left(replace(replace(name_words(words), '=', ''), ' ', ''), 200), ''), ' ?'
);

-- name_values(name): every value of a distinguished name as the database writes it.
CREATE OR REPLACE MACRO name_values(name) AS regexp_extract_all(
    ', ' || name, '[,+] ?[A-Za-z][A-Za-z0-9.]*=((?:[^\\,+]|\\.)*)', 1
);

-- name_itself(name): what a CA is called: its common name, else its organisation, else its unit, else all of it.
CREATE OR REPLACE MACRO name_itself(name) AS coalesce(
    nullif(regexp_extract(', ' || name, '[,+] ?CN=((?:[^\\,+]|\\.)*)', 1), ''),
    nullif(regexp_extract(', ' || name, '[,+] ?O=((?:[^\\,+]|\\.)*)', 1), ''),
    nullif(regexp_extract(', ' || name, '[,+] ?OU=((?:[^\\,+]|\\.)*)', 1), ''),
    name
);

-- is_cut_off(printed, name): whether it is the beginning of the whole name and ends within a word, or before a value, as
-- where a column was too narrow. What ends with a word may be another's: `Root CA` is not cut off from `Root CA 2`.
CREATE OR REPLACE MACRO is_cut_off(printed, name) AS length(name_words(printed)) >= 20
AND starts_with(name_words(name), name_words(printed))
AND regexp_matches(substr(name_words(name), length(name_words(printed)) + 1), '^([^ ]| =)');

-- folded_name_differs(printed, name): where a common name is printed as such, that is the certificate's, whole; in other
-- words its name stands among them, with no number behind that makes it another's (`Root CA G2` is not `Root CA`); or
-- they are one value of it.
CREATE OR REPLACE MACRO folded_name_differs(printed, name) AS CASE
    WHEN name_words(printed) = '' OR name_words(name_itself(name)) = '' THEN false
    WHEN is_cut_off(printed, name) THEN false
    WHEN
        contains(name, 'CN=') AND regexp_matches(name_words(printed), '(^| )(cn|common ?name) = ')
        THEN NOT regexp_matches(
            name_words(printed),
            '(^| )(cn|common ?name) = ' || name_pattern(name_itself(name))
            || '( ([a-z]|cn|ou|st|sp|dc|[0-9][0-9 ]*|(common|given|domain|sur|organi[sz]ation|country|locality|state'
            || '|e ?mail|serial|street|postal|business|jurisdiction|title|unstructured)[a-z ]*) = .*)?$'
        )
    ELSE NOT (
        regexp_matches(
            name_words(printed),
            '(^| )' || name_pattern(name_itself(name)) || '( (\p{L}{2}|\p{L} |\p{L}$|\p{N}{3}|=)|$)'
        )
        OR list_contains(
            list_transform(name_values(name), lambda each: replace(name_words(each), ' ', '')),
            replace(name_words(printed), ' ', '')
        )
    )
END;

-- name_differs(printed, name): NULL where nothing is printed. Bytes that a tool wrote as `\C3\A9` are left out, and with
-- them every letter that may have been written so.
CREATE OR REPLACE MACRO name_differs(printed, name) AS if(
    regexp_matches(printed, '\\x?[0-9A-Fa-f]{2}'),
    folded_name_differs(
        regexp_replace(printed, '(\\x?[0-9A-Fa-f]{2})+', '', 'g'), regexp_replace(name, '[^\x00-\x7F]', '', 'g')
    ),
    folded_name_differs(printed, name)
);

-- serial_differs(printed, printed_decimal, serial): the two readings that digits alone may have; one that agrees is
-- enough. A negative number is written in too many ways to tell.
CREATE OR REPLACE MACRO serial_differs(printed, printed_decimal, serial) AS CASE
    WHEN starts_with(serial, '-') OR coalesce(printed, printed_decimal, '') = '' THEN false
    ELSE NOT (
        coalesce(ltrim(regexp_replace(lower(printed), '[^0-9a-f]', '', 'g'), '0') = ltrim(lower(serial), '0'), false)
        OR coalesce(
            length(printed_decimal) < 200
            AND regexp_full_match(printed_decimal, '[0-9]+')
            AND digits_rest(printed_decimal, 10) = digits_rest(lower(serial), 16),
            false
        )
    )
END;

-- day_differs(printed, moment): a letter may print the day of where it was written.
CREATE OR REPLACE MACRO day_differs(printed, moment) AS coalesce(
    abs(date_diff('day', try_cast(left(printed, 10) AS DATE), moment::DATE)) > 1, false
);

-- beside_differences(printed, …): what is printed beside a fingerprint and is not what the certificate says, as
-- (problem, printed, certificate_says). printed: a struct of texts, NULL for what is not printed.
CREATE OR REPLACE MACRO beside_differences(printed, subject, issuer, serial, not_before, not_after) AS list_filter([
    if(
        name_differs(printed.subject, subject),
        { 'problem': 'differs_subject', 'printed': printed.subject, 'certificate_says': subject },
        NULL
    ),
    if(
        name_differs(printed.issuer, issuer),
        { 'problem': 'differs_issuer', 'printed': printed.issuer, 'certificate_says': issuer },
        NULL
    ),
    if(
        serial_differs(printed.serial, printed.serial_decimal, serial),
        {
            'problem': 'differs_serial',
            'printed': coalesce(printed.serial, printed.serial_decimal),
            'certificate_says': serial
        },
        NULL
    ),
    if(
        day_differs(printed.not_before, not_before),
        {
            'problem': 'differs_validity',
            'printed': 'from ' || printed.not_before,
            'certificate_says': 'from ' || not_before::DATE
        },
        NULL
    ),
    if(
        day_differs(printed.not_after, not_after),
        {
            'problem': 'differs_validity',
            'printed': 'to ' || printed.not_after,
            'certificate_says': 'to ' || not_after::DATE
        },
        NULL
    )
], lambda each: each IS NOT NULL);
