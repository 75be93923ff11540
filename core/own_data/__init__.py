"""What contributors can do with their own data.

queries     what is stored of them
lifecycle   consent, deleting everything, restoring it
links       carrying their drawings to another browser
archive     downloading everything
"""
