"""Paper: pages that are painted, where what does not fit goes on, and the cards, lists and plans that are handed out.

`page` and `flow` know paper and blocks; `permitted` and `evacuees` what an account may put on it; `card`, `roll` and
`village_plan` are each a content gathered from a session, and how it is laid out.
"""
