"""Methods the desk itself does not call: they stand for programs that have quotes, and are what the tick rule is held
against."""
