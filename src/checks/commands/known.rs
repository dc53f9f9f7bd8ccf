//! The variables that commands can have from a spec, for whoever misspells one.

use std::collections::BTreeSet;

use foldhash::HashMap;

use crate::checks::Context;
use crate::checks::glance::Kind;
use crate::diagnostic::nearest;
use crate::model::{self, Node};

/// Among so many names a near one is looked for; who has more has them from a program.
const MOST: usize = 1000;

/// The variables that commands can have.
pub(crate) struct Known<'a> {
    names: BTreeSet<String>,
    /// The first record that has the variable for its name or title.
    records: HashMap<String, &'a Node>,
}

impl<'a> Known<'a> {
    fn of(context: &Context<'a>) -> Self {
        let spec = context.spec;
        let parameters = spec.parameters.iter().map(|one| one.variable.clone());
        let secrets = spec.secrets.iter().map(|one| one.variable.clone());
        let mut names: BTreeSet<String> = parameters.chain(secrets).collect();
        let mut records = HashMap::default();
        for place in context.of_kinds(&[Kind::Run, Kind::Record]) {
            let node = context.order.nodes[place];
            names.extend(node.work.captures().map(model::variable));
            if context.kind(place) == Kind::Record
                && let Some(last) = node.id.rsplit('/').next()
            {
                // Nothing captures a record as long as its name is misspelt elsewhere.
                let variable = model::variable(last);
                names.insert(variable.clone());
                records.entry(variable).or_insert(node);
            }
        }
        Known { names, records }
    }

    /// The variable that was probably meant by another.
    pub fn near(&self, name: &str) -> Option<&str> {
        let others = self.names.iter().map(String::as_str);
        match self.names.len() > MOST || self.names.contains(name) {
            true => None,
            false => nearest(name, others),
        }
    }

    /// The record that has the variable for its name or title.
    pub fn recorded(&self, name: &str) -> Option<&'a Node> {
        self.records.get(name).copied()
    }
}

impl<'a> Context<'a> {
    /// The variables that commands can have. Found out when somebody asks.
    pub fn variables(&self) -> &Known<'a> {
        self.known.get_or_init(|| Known::of(self))
    }
}
