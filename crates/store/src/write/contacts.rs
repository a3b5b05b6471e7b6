//! People at the other end, and the addresses under which WhatsApp knows them.

use super::{ContactSeen, Tx, conversations, done, fault::Fault, sequence::Sequence};
use crate::{Outcome, Refusal, rows};
use domain::{AccountId, Address, ContactId};
use rusqlite::{OptionalExtension, params};

/// A person, as stored.
#[derive(Debug, Clone)]
pub(super) struct Contact {
    pub(super) id: ContactId,
    pub(super) push_name: Option<String>,
    pub(super) book_name: Option<String>,
    /// E.164 with `+`.
    pub(super) phone: Option<String>,
}

impl Contact {
    /// The name shown: the address book's goes before the person's own.
    pub(super) fn name(&self) -> Option<&str> {
        self.book_name.as_deref().or(self.push_name.as_deref())
    }
}

/// What WhatsApp told of a person.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Told<'a> {
    pub(super) push_name: Option<&'a str>,
    pub(super) book_name: Option<&'a str>,
}

/// A person after a meeting.
#[derive(Debug)]
pub(super) struct Met {
    pub(super) contact: Contact,
    /// The name or number shown is another one than before.
    pub(super) looks_different: bool,
    /// Others who have one of the addresses as well: one person, whose chats are still two.
    pub(super) doubles: Vec<ContactId>,
}

pub(super) fn seen(tx: &Tx<'_>, seen: &ContactSeen) -> Result<Outcome, Fault> {
    let mut sequence = Sequence::of(tx, seen.account)?;
    let told = Told { push_name: seen.push_name.as_deref(), book_name: seen.book_name.as_deref() };
    let Some(met) = meet(tx, seen.account, &seen.addresses, told)? else {
        return Err(Refusal::Broken("a contact was told without an address".to_owned()).into());
    };
    let change = if met.looks_different { conversations::renamed(tx, met.contact.id, &mut sequence)? } else { None };
    sequence.store(tx)?;
    Ok(done(change.into_iter().collect()))
}

/// Finds or makes the person behind the addresses, joins those that are new to them and keeps what WhatsApp told.
/// Of several people the first one made is taken and the others are left alone. None without a person's address.
pub(super) fn meet(
    tx: &Tx<'_>,
    account: AccountId,
    addresses: &[Address],
    told: Told<'_>,
) -> Result<Option<Met>, Fault> {
    let mut owners = Vec::new();
    let mut free = Vec::new();
    for address in addresses.iter().filter(|address| !matches!(address, Address::Group(_))) {
        match owner(tx, account, address)? {
            Some(owner) => owners.push(owner),
            None => free.push(address),
        }
    }
    if owners.is_empty() && free.is_empty() {
        return Ok(None);
    }
    owners.sort_unstable();
    owners.dedup();
    let known = owners.first().map(|id| get(tx, *id)).transpose()?;
    let before = known.clone();
    let contact = keep(tx, account, known, addresses.iter().find_map(Address::phone), told)?;
    for address in free {
        join(tx, account, address, contact.id)?;
    }
    let looks_different = before.is_some_and(|before| before.name() != contact.name() || before.phone != contact.phone);
    Ok(Some(Met { contact, looks_different, doubles: owners.split_off(owners.len().min(1)) }))
}

/// Makes a person of one address that nobody has.
pub(super) fn make(tx: &Tx<'_>, account: AccountId, address: &Address) -> Result<Contact, Fault> {
    let contact = keep(tx, account, None, address.phone(), Told::default())?;
    join(tx, account, address, contact.id)?;
    Ok(contact)
}

/// Whose address it is.
pub(super) fn owner(tx: &Tx<'_>, account: AccountId, address: &Address) -> Result<Option<ContactId>, Fault> {
    let mut statement =
        tx.conn().prepare_cached("SELECT contact_id FROM contact_addresses WHERE account_id = ?1 AND address = ?2")?;
    Ok(statement.query_row(params![account.as_bytes(), address.to_text()], |row| rows::id(row, 0)).optional()?)
}

/// The person of that id.
pub(super) fn get(tx: &Tx<'_>, id: ContactId) -> Result<Contact, Fault> {
    let mut statement = tx.conn().prepare_cached("SELECT push_name, book_name, phone FROM contacts WHERE id = ?1")?;
    Ok(statement.query_row([id.as_bytes()], |row| {
        Ok(Contact { id, push_name: row.get(0)?, book_name: row.get(1)?, phone: row.get(2)? })
    })?)
}

/// Stores the person with what is new; what was not told stays.
fn keep(
    tx: &Tx<'_>,
    account: AccountId,
    known: Option<Contact>,
    phone: Option<String>,
    told: Told<'_>,
) -> Result<Contact, Fault> {
    let given = |told: Option<&str>| told.filter(|name| !name.is_empty()).map(str::to_owned);
    let Some(known) = known else {
        let made =
            Contact { id: ContactId::new(), push_name: given(told.push_name), book_name: given(told.book_name), phone };
        insert(tx, account, &made)?;
        return Ok(made);
    };
    let contact = Contact {
        id: known.id,
        push_name: given(told.push_name).or_else(|| known.push_name.clone()),
        book_name: given(told.book_name).or_else(|| known.book_name.clone()),
        phone: phone.or_else(|| known.phone.clone()),
    };
    if (&contact.push_name, &contact.book_name, &contact.phone) != (&known.push_name, &known.book_name, &known.phone) {
        update(tx, &contact)?;
    }
    Ok(contact)
}

fn insert(tx: &Tx<'_>, account: AccountId, contact: &Contact) -> Result<(), Fault> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO contacts (id, account_id, push_name, book_name, phone, created_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            contact.id.as_bytes(),
            account.as_bytes(),
            contact.push_name,
            contact.book_name,
            contact.phone,
            tx.now.millis()
        ])?;
    Ok(())
}

fn update(tx: &Tx<'_>, contact: &Contact) -> Result<(), Fault> {
    tx.conn()
        .prepare_cached("UPDATE contacts SET push_name = ?2, book_name = ?3, phone = ?4 WHERE id = ?1")?
        .execute(params![contact.id.as_bytes(), contact.push_name, contact.book_name, contact.phone])?;
    Ok(())
}

fn join(tx: &Tx<'_>, account: AccountId, address: &Address, contact: ContactId) -> Result<(), Fault> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO contact_addresses (account_id, address, contact_id) VALUES (?1, ?2, ?3) \
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![account.as_bytes(), address.to_text(), contact.as_bytes()])?;
    Ok(())
}
