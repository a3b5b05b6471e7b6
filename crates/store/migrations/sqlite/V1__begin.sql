-- Ids of ours are the 16 bytes of a UUIDv7, times are milliseconds since 1970, booleans are 0 and 1.

CREATE TABLE users (
    id            TEXT    NOT NULL PRIMARY KEY,
    email         TEXT    UNIQUE,
    name          TEXT    NOT NULL,
    role          TEXT    NOT NULL,
    disabled      INTEGER NOT NULL DEFAULT 0,
    password_hash TEXT,
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE accounts (
    id                 BLOB    NOT NULL PRIMARY KEY,
    owner_id           TEXT    NOT NULL REFERENCES users (id),
    provider           TEXT    NOT NULL,
    -- given by a user; it goes before push_name, which is WhatsApp's
    name               TEXT,
    push_name          TEXT,
    phone              TEXT,
    linked             INTEGER NOT NULL DEFAULT 0,
    wanted             INTEGER NOT NULL DEFAULT 0,
    mark_online        INTEGER NOT NULL,
    send_read_receipts INTEGER NOT NULL,
    groups             INTEGER NOT NULL,
    status_posts       INTEGER NOT NULL,
    channels           INTEGER NOT NULL,
    epoch              INTEGER NOT NULL DEFAULT 1,
    seq                INTEGER NOT NULL DEFAULT 0,
    last_connected_at  INTEGER,
    created_at         INTEGER NOT NULL
) STRICT;
CREATE INDEX accounts_of_owner ON accounts (owner_id);

-- The account's own addresses at WhatsApp, in the order told.
CREATE TABLE account_addresses (
    account_id BLOB    NOT NULL REFERENCES accounts (id),
    place      INTEGER NOT NULL,
    address    TEXT    NOT NULL,
    PRIMARY KEY (account_id, place)
) STRICT;

CREATE TABLE members (
    account_id BLOB    NOT NULL REFERENCES accounts (id),
    user_id    TEXT    NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, user_id)
) STRICT;
CREATE INDEX members_of_user ON members (user_id);

CREATE TABLE contacts (
    id         BLOB    NOT NULL PRIMARY KEY,
    account_id BLOB    NOT NULL REFERENCES accounts (id),
    push_name  TEXT,
    -- from the owner's address book; it goes before push_name
    book_name  TEXT,
    -- the number shown, as WhatsApp knows it; every address is in contact_addresses
    phone      TEXT,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX contacts_of_account ON contacts (account_id);

CREATE TABLE contact_addresses (
    account_id BLOB NOT NULL,
    address    TEXT NOT NULL,
    contact_id BLOB NOT NULL REFERENCES contacts (id),
    PRIMARY KEY (account_id, address)
) STRICT;
CREATE INDEX contact_addresses_of_contact ON contact_addresses (contact_id);

CREATE TABLE conversations (
    id              BLOB    NOT NULL PRIMARY KEY,
    account_id      BLOB    NOT NULL REFERENCES accounts (id),
    kind            TEXT    NOT NULL,
    contact_id      BLOB    UNIQUE REFERENCES contacts (id),
    group_address   TEXT,
    seq             INTEGER NOT NULL,
    unread_count    INTEGER NOT NULL DEFAULT 0,
    last_message_id BLOB,
    -- the whole second of its newest message's time, else of its own making: lists go by it
    last_second     INTEGER NOT NULL,
    merged_into     BLOB,
    created_at      INTEGER NOT NULL,
    UNIQUE (account_id, group_address)
) STRICT;
CREATE INDEX conversations_in_order ON conversations (account_id, last_second, id);

CREATE TABLE messages (
    id                  BLOB    NOT NULL PRIMARY KEY,
    account_id          BLOB    NOT NULL,
    conversation_id     BLOB    NOT NULL REFERENCES conversations (id),
    seq                 INTEGER NOT NULL,
    provider_id         TEXT,
    sender_key          TEXT,
    client_id           TEXT,
    kind                TEXT    NOT NULL,
    content             TEXT    NOT NULL,
    raw                 BLOB,
    is_outgoing         INTEGER NOT NULL,
    status              TEXT    NOT NULL,
    error_code          TEXT,
    error_message       TEXT,
    error_provider_code TEXT,
    contact_id          BLOB,
    user_id             TEXT,
    origin              TEXT,
    timestamp           INTEGER NOT NULL,
    -- the whole second of timestamp: a chat sorts by it, then by id
    second              INTEGER NOT NULL,
    -- when WhatsApp's server was first known to have it
    sent_at             INTEGER,
    created_at          INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_in_order ON messages (conversation_id, second, id);
CREATE UNIQUE INDEX messages_received ON messages (conversation_id, contact_id, provider_id)
    WHERE is_outgoing = 0 AND contact_id IS NOT NULL;
CREATE UNIQUE INDEX messages_received_of_nobody ON messages (conversation_id, provider_id)
    WHERE is_outgoing = 0 AND contact_id IS NULL;
CREATE UNIQUE INDEX messages_sent ON messages (account_id, provider_id)
    WHERE is_outgoing = 1 AND provider_id IS NOT NULL;
CREATE UNIQUE INDEX messages_of_client ON messages (sender_key, client_id)
    WHERE client_id IS NOT NULL;
CREATE INDEX messages_queued ON messages (account_id, id) WHERE status = 'queued';

-- Session state of linked devices: keys and counters, named by the provider.
CREATE TABLE session_state (
    account_id BLOB NOT NULL REFERENCES accounts (id),
    space      TEXT NOT NULL,
    key        BLOB NOT NULL,
    value      BLOB NOT NULL,
    PRIMARY KEY (account_id, space, key)
) STRICT;
