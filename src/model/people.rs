//! Reads roles, channels and the messages that go to them.

use super::lower::file_scope;
use super::lower::own_name;

use super::lower::Lower;
use super::names::Declared;
use super::spec::{Channel, Contact, Field, Message, Role};
use super::text::Text;
use crate::syntax::{Kind, Node as Syntax};

impl<'a> Lower<'a> {
    /// The role's name in the plan; makes it if it was not made yet.
    pub fn use_role(&mut self, declared: Declared<'a>) -> String {
        let name = own_name(declared);
        if self.is_made::<Role>(declared, &name) {
            return name;
        }
        let scope = file_scope(declared.file);
        let title = self.title(&scope, declared.node);
        let settings = self.settings(
            declared.node,
            "role",
            &["contact", "person"],
            &["contact", "person"],
        );
        let mut role = Role {
            name: name.clone(),
            title,
            people: Vec::new(),
            contacts: Vec::new(),
            notes: self.notes(&scope, declared.node),
            span: declared.name_span(),
        };
        for setting in settings {
            let values = setting.values();
            match (setting.word, values.as_slice()) {
                ("contact", [kind, address])
                    if kind.kind() == Kind::path && address.kind() == Kind::string =>
                {
                    let address = self.text(&scope, *address);
                    role.contacts.push(Contact {
                        kind: kind.text().to_owned(),
                        address,
                    });
                }
                ("contact", [address]) if address.kind() == Kind::string => {
                    let address = self.text(&scope, *address);
                    role.contacts.push(Contact {
                        kind: String::new(),
                        address,
                    });
                }
                ("person", [name]) if name.kind() == Kind::string => {
                    let person = self.text(&scope, *name);
                    role.people.push(person);
                }
                ("contact", _) => {
                    self.setting_wants(
                        setting,
                        "a way and an address: `contact phone \"+49 30 123\"`",
                    );
                }
                _ => self.setting_wants(setting, "a name in quotes"),
            }
        }
        self.put(role);
        name
    }

    /// The channel's name in the plan; makes it if it was not made yet.
    pub fn use_channel(&mut self, declared: Declared<'a>) -> String {
        let name = own_name(declared);
        if self.is_made::<Channel>(declared, &name) {
            return name;
        }
        let scope = file_scope(declared.file);
        let address = self.title(&scope, declared.node);
        let kind = declared
            .node
            .child(Kind::channel_kind)
            .map(|kind| kind.text().to_owned())
            .unwrap_or_default();
        self.put(Channel {
            name: name.clone(),
            kind,
            address,
            span: declared.name_span(),
        });
        name
    }

    /// The message's name in the plan; makes it if it was not made yet.
    pub fn use_message(&mut self, declared: Declared<'a>) -> String {
        let name = own_name(declared);
        if self.is_made::<Message>(declared, &name) {
            return name;
        }
        let mut scope = file_scope(declared.file);
        let node = declared.node;
        let title = self.title(&scope, node);
        let mut fields = Vec::new();
        let field_nodes: Vec<Syntax<'a>> = node
            .child(Kind::block)
            .into_iter()
            .flat_map(|block| block.children())
            .filter(|child| child.kind() == Kind::field)
            .collect();
        for field in field_nodes {
            let Some(field_name) = field.child(Kind::name) else {
                continue;
            };
            let kind = field
                .child(Kind::type_)
                .and_then(|type_node| self.type_word(type_node))
                .unwrap_or_else(|| "text".to_owned());
            let title = self.title(&scope, field);
            let default = self.default_of(&scope, field);
            fields.push(Field {
                name: field_name.text().to_owned(),
                title,
                kind,
                default,
            });
            scope.fields.insert(field_name.text().to_owned());
        }
        let settings = self.settings(node, "message", &["subject", "body"], &[]);
        let notes: Vec<Syntax<'a>> = node
            .child(Kind::block)
            .into_iter()
            .flat_map(|block| block.children())
            .filter(|child| child.kind() == Kind::note)
            .collect();
        for note in notes {
            self.misplaced(
                super::lower::first_line(note),
                "`note` means nothing in a message",
                "what a message says stands in its `body`",
            );
        }
        let mut subject = Text::default();
        let mut body = Text::default();
        for setting in settings {
            let text = self.setting_text(&scope, setting).unwrap_or_default();
            if setting.word == "subject" {
                subject = text;
            } else {
                body = text;
            }
        }
        self.put(Message {
            name: name.clone(),
            title,
            subject,
            body,
            fields,
            span: declared.name_span(),
        });
        name
    }
}
