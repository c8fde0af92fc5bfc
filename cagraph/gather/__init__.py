"""The crawl as a whole: what each source wants asked, round after round, and the answers' way in.

The ways in are `crawl` and `offline` of `cagraph.gather.crawl`, and `preview` of `choice`.
"""
