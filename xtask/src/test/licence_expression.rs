//! Judges a licence expression (SPDX) against a list of accepted licences.

/// Whether the accepted licences satisfy the expression: `MIT OR (Apache-2.0 WITH LLVM-exception AND ISC)`, or the older `MIT/Apache-2.0`.
pub(super) fn is_satisfied(expression: &str, accepted: &[String]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words, accepted };
    let verdict = reader.either();
    // Words that are left over mean that the expression was not understood.
    verdict && reader.words.is_empty()
}

struct Reader<'a> {
    words: &'a [&'a str],
    accepted: &'a [String],
}

impl Reader<'_> {
    fn take(&mut self, word: &str) -> bool {
        match self.words {
            [first, rest @ ..] if *first == word => {
                self.words = rest;
                true
            }
            _ => false,
        }
    }

    fn either(&mut self) -> bool {
        let mut verdict = self.both();
        while self.take("OR") {
            verdict |= self.both();
        }
        verdict
    }

    fn both(&mut self) -> bool {
        let mut verdict = self.one();
        while self.take("AND") {
            verdict &= self.one();
        }
        verdict
    }

    fn one(&mut self) -> bool {
        if self.take("(") {
            let verdict = self.either();
            return self.take(")") && verdict;
        }
        let [name, rest @ ..] = self.words else { return false };
        self.words = rest;
        let mut whole = (*name).to_owned();
        if self.take("WITH") {
            let [exception, rest @ ..] = self.words else { return false };
            self.words = rest;
            whole = format!("{whole} WITH {exception}");
        }
        self.accepted.contains(&whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_judged_as_their_operators_say() {
        let accepted = ["MIT".to_owned(), "ISC".to_owned(), "Apache-2.0 WITH LLVM-exception".to_owned()];
        for yes in
            ["MIT", "GPL-3.0 OR MIT", "Unlicense/MIT", "(MIT OR GPL-3.0) AND ISC", "Apache-2.0 WITH LLVM-exception"]
        {
            assert!(is_satisfied(yes, &accepted), "{yes}");
        }
        for no in ["", "GPL-3.0", "MIT AND GPL-3.0", "Apache-2.0", "(MIT", "MIT ISC", "MIT WITH"] {
            assert!(!is_satisfied(no, &accepted), "{no}");
        }
    }
}
